import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { strict as assert } from 'node:assert';
import { kindOf } from '../../src/kinds/index.js';
import type { Resource, State } from '../../src/model/state.js';
import type { Attachment, Network, Node, Topology } from '../../src/model/topology.js';
import { expand } from '../../src/networks/expand.js';
import { planBetween } from '../../src/plan/between.js';
import { AT, attachment, endpoint, link, network, node, topology } from './topologies.js';

const NETWORKS = ['front', 'back', 'side'];

/** Subnets with so much room that two nodes are not meant for one place: what happens then is in addresses.test.ts. */
const networks: fc.Arbitrary<readonly Network[]> = fc.tuple(...NETWORKS.map((name, i) => networkOf(name, i))).map((all) => all);

function networkOf(name: string, i: number): fc.Arbitrary<Network> {
  return fc
    .record({ internal: fc.boolean(), isolated: fc.boolean(), masquerade: fc.boolean(), v6: fc.boolean(), none: fc.boolean() })
    .map(({ v6, none, ...flags }) =>
      network(name, {
        ...flags,
        subnets: [`${11 + i}.0.0.0/8`, ...(v6 ? [`fd0${i}::/64`] : [])],
        gateway: none ? { kind: 'none' } : { kind: 'host' },
      }),
    );
}

const attachments: fc.Arbitrary<readonly Attachment[]> = fc
  .uniqueArray(fc.constantFrom(...NETWORKS))
  .chain((names) => fc.tuple(...names.map((name) => fc.integer({ min: 0, max: 2 }).map((gwPriority) => attachment(name, { gwPriority })))));

function nodeOf(name: string): fc.Arbitrary<Node> {
  const published = fc.constantFrom(
    [],
    [{ at: AT, hostPort: 8000 + name.charCodeAt(0), nodePort: 80, count: 1, protocol: 'tcp' as const }],
  );
  return fc
    .record({
      networks: attachments,
      forwarding: fc.boolean(),
      ipv6: fc.boolean(),
      ports: published,
      interfaces: fc.constantFrom([], [{ name: 'eth0', at: AT, addresses: [], state: 'down' as const }]),
    })
    .map((given) => node(name, given));
}

const nodes: fc.Arbitrary<readonly Node[]> = fc
  .subarray(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], { minLength: 2 })
  .chain((names) => fc.tuple(...names.map(nodeOf)));

const topologies: fc.Arbitrary<Topology> = fc.tuple(networks, nodes, fc.boolean()).map(([some, members, linked]) => {
  const ends = [members[0]!, members[1]!].map(({ name }) => endpoint(`${name}:p2p`, { ipv4Address: `192.168.0.${name.charCodeAt(0)}/24` }));
  return topology(some, members, linked ? [link(ends[0]!, ends[1]!)] : []);
});

function state(of: Topology): ReadonlyMap<string, Resource> {
  const {
    state: { resources },
    diagnostics,
  } = expand(of);
  assert.deepEqual(diagnostics, []);
  return resources;
}

const isOf = (name: string, resource: Resource): boolean =>
  resource.netns === `shop.${name}` ||
  resource.props['peer_netns'] === `shop.${name}` ||
  resource.kind === 'nftables' ||
  resource.netns === 'host';

function without(all: ReadonlyMap<string, Resource>, name: string): ReadonlyMap<string, Resource> {
  return new Map([...all].filter(([, resource]) => !isOf(name, resource)));
}

function assertUnique(values: readonly unknown[]): void {
  const given = values.filter((value) => value !== '');
  assert.equal(new Set(given).size, given.length, given.join(' '));
}

describe('every topology', () => {
  test('has no address, MAC or host interface twice', () => {
    fc.assert(
      fc.property(topologies, (of) => {
        const all = [...state(of).values()];
        const veths = all.filter(({ kind }) => kind === 'veth');
        const bridges = all.filter(({ kind }) => kind === 'bridge');
        assertUnique(all.filter(({ kind }) => kind === 'address').map(({ id }) => id.split('/')[2]));
        assertUnique([...bridges.map(({ props }) => props['mac']), ...veths.flatMap(({ props }) => [props['mac'], props['peer_mac']])]);
        assertUnique([
          ...bridges.map(({ id }) => id.split('/')[1]),
          ...veths.filter(({ props }) => props['peer_netns'] === 'host').map(({ props }) => props['peer_name']),
        ]);
      }),
    );
  });

  test('has all that a resource needs, and no needs in a circle', () => {
    fc.assert(
      fc.property(topologies, (of) => {
        const all = state(of);
        const done = new Set<string>();
        const visit = (id: string, above: readonly string[]): void => {
          assert.ok(!above.includes(id), [...above, id].join(' -> '));
          assert.ok(all.has(id), `${above.at(-1)} needs ${id}`);
          if (done.has(id)) return;
          done.add(id);
          all.get(id)!.needs.forEach((need) => visit(need, [...above, id]));
        };
        for (const id of all.keys()) visit(id, []);
      }),
    );
  });

  test('says of everything where the file asks for it', () => {
    fc.assert(
      fc.property(topologies, (of) => {
        for (const { id, path, at } of state(of).values()) assert.ok(path !== undefined && path !== '' && at !== undefined, id);
      }),
    );
  });

  test('is the same twice', () => {
    fc.assert(fc.property(topologies, (of) => assert.deepEqual([...state(of)], [...state(JSON.parse(JSON.stringify(of)) as Topology)])));
  });

  test('a node that goes takes nothing of other nodes along', () => {
    fc.assert(
      fc.property(topologies, fc.nat(), (of, pick) => {
        const gone = of.nodes[pick % of.nodes.length]!;
        const linked = of.links.some(({ endpoints }) => endpoints.some((end) => end.node === gone.name));
        fc.pre(!linked);
        const rest = { ...of, nodes: of.nodes.filter((one) => one !== gone) };
        assert.deepEqual(without(state(rest), gone.name), without(state(of), gone.name));
      }),
    );
  });

  test('the order of nodes is of no meaning', () => {
    fc.assert(
      fc.property(topologies, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (of, keys) => {
        const nodesInOrder = of.nodes
          .map((one, i) => ({ one, key: keys[i]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        assert.deepEqual(state({ ...of, nodes: nodesInOrder }), state(of));
      }),
    );
  });

  test('the order of networks is of no meaning but for who asked first for a setting of the host', () => {
    const withoutOrigin = (all: ReadonlyMap<string, Resource>): ReadonlyMap<string, unknown> =>
      new Map([...all].map(([id, { path: _path, at: _at, ...rest }]) => [id, rest]));
    fc.assert(
      fc.property(topologies, (of) =>
        assert.deepEqual(withoutOrigin(state({ ...of, networks: [...of.networks].reverse() })), withoutOrigin(state(of))),
      ),
    );
  });

  test('the order of networks in a node decides names of interfaces and the default route, not addresses', () => {
    const addressesOf = (all: ReadonlyMap<string, Resource>): readonly string[] =>
      [...all.values()]
        .filter(({ kind, netns }) => kind === 'address' && netns !== 'host')
        .map(({ id }) => id.replace(/\/eth\d/, ''))
        .sort();
    fc.assert(
      fc.property(topologies, (of) => {
        fc.pre(of.nodes.every(({ interfaces }) => interfaces.length === 0));
        const turned = { ...of, nodes: of.nodes.map((one) => ({ ...one, networks: [...one.networks].reverse() })) };
        assert.deepEqual(addressesOf(state(turned)), addressesOf(state(of)));
      }),
    );
  });

  test('the plan from one file to another knows all that comes, goes and stays', () => {
    fc.assert(
      fc.property(topologies, topologies, (before, after) => {
        const states = [before, after].map((of) => ({ lab: 'lab', resources: state(of) })) as [State, State];
        const { actions } = planBetween(states[1], states[0], kindOf);
        const ids = (action: string): readonly string[] => actions.filter(({ change }) => change.action === action).map(({ id }) => id);
        const [old, now] = states.map(({ resources }) => new Set(resources.keys())) as [Set<string>, Set<string>];
        for (const id of now) assert.equal(ids('create').includes(id) && !ids('delete').includes(id), !old.has(id));
        for (const id of old) assert.equal(ids('delete').includes(id) && !ids('create').includes(id), !now.has(id));
        assert.deepEqual(planBetween(states[0], states[0], kindOf).actions, []);
      }),
    );
  });
});
