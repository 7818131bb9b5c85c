/** Random labs, made of the kinds' own resources, for the planner's properties. */
import fc from 'fast-check';
import { addressId, addressResource } from '../../src/kinds/address.js';
import { bridgeId, bridgeResource } from '../../src/kinds/bridge.js';
import { EVERYBODY, fdbResource } from '../../src/kinds/fdb.js';
import { kindOf } from '../../src/kinds/index.js';
import { loopbackResource } from '../../src/kinds/loopback.js';
import { neighbourResource } from '../../src/kinds/neighbour.js';
import { netnsResource } from '../../src/kinds/netns.js';
import { routeResource } from '../../src/kinds/route.js';
import { ruleResource } from '../../src/kinds/rule.js';
import { sysctlResource } from '../../src/kinds/sysctl.js';
import { entriesOf } from '../../src/kinds/table.js';
import { tunnelNeighboursResource } from '../../src/kinds/tunnel-neighbours.js';
import { vethIdOf, vethResource } from '../../src/kinds/veth.js';
import { vxlanId, vxlanResource } from '../../src/kinds/vxlan.js';
import { HOST, stateOf, type Resource, type State } from '../../src/model/state.js';

const LAB = 'p';
const at = { file: 'p.yaml', line: 1, column: 1, length: 1 };
const about = { path: 'p', at };

interface NodeDraw {
  readonly there: boolean;
  readonly bridge: 0 | 1 | 2;
  readonly address: number;
  readonly second: boolean;
  readonly mtu: number;
  readonly mac: number;
  readonly gateway: number;
  readonly hostName: boolean;
  readonly forwarding: boolean;
  readonly rule: boolean;
  readonly neighbour: boolean;
  /** Entries of the tables of a tunnel. */
  readonly others: readonly number[];
  readonly vni: number;
}

/** So that two states have much in common. */
const mostly = fc.constantFrom(true, true, true, false);

const node: fc.Arbitrary<NodeDraw> = fc.record({
  there: mostly,
  bridge: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  address: fc.integer({ min: 2, max: 4 }),
  second: fc.boolean(),
  mtu: fc.constantFrom(1400, 1500),
  mac: fc.constantFrom(1, 3),
  gateway: fc.constantFrom(1, 9),
  hostName: fc.boolean(),
  forwarding: fc.boolean(),
  rule: fc.boolean(),
  neighbour: fc.boolean(),
  others: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  vni: fc.constantFrom(7, 7, 7, 8),
});

function bridgeResources(index: number): Resource[] {
  const name = `br${index}`;
  const link = bridgeId(HOST, name);
  return [
    bridgeResource({
      lab: LAB,
      netns: HOST,
      name,
      derivedMac: true,
      mac: `02:00:00:00:00:0${index}`,
      mtu: 1500,
      altname: `topo.p.${name}`,
      subnets: [`10.0.${index}.0/24`],
      forwards: false,
      hosted: false,
      within: false,
      isolated: true,
      ...about,
    }),
    addressResource({ netns: HOST, dev: name, cidr: `10.0.${index}.1/24`, link, ...about }),
    sysctlResource({ netns: HOST, key: `net.ipv6.conf.${name}.accept_ra`, value: '0', remember: false, link, ...about }),
  ];
}

/** A tunnel that stands on nothing, with as many neighbours as the draw has others. */
function tunnelResources({ others, vni, mac }: NodeDraw, netns: string): Resource[] {
  if (others.length === 0) return [];
  const [dev, link] = ['vx0', vxlanId(netns, 'vx0')];
  const on = { netns, dev, link, ...about };
  const macOf = (other: number): string => `02:00:00:00:0${mac}:f${other}`;
  return [
    vxlanResource({ lab: LAB, netns, name: dev, vni, dstport: 4789, mac: macOf(0), mtu: 1450, up: true, needs: [], ...about }),
    addressResource({ netns, dev, cidr: '10.9.0.1/24', link, ...about }),
    tunnelNeighboursResource({ ...on, entries: others.map((other) => ({ address: `10.9.0.1${other}`, mac: macOf(other) })) }),
    fdbResource({ ...on, entries: others.map((other) => ({ mac: other > 3 ? EVERYBODY : macOf(other), dst: `10.8.0.${other}` })) }),
  ];
}

function nodeResources(draw: NodeDraw, index: number, bridges: readonly boolean[]): Resource[] {
  const netns = `p.n${index}`;
  const own: Resource[] = [
    netnsResource({
      lab: LAB,
      netns,
      node: `n${index}`,
      ignore: [],
      names: '',
      forwarding: { ipv4: draw.forwarding ? '1' : '0', ipv6: '0' },
      ...about,
    }),
    loopbackResource({ netns, mtu: 65536, up: true, ...about }),
    ...tunnelResources(draw, netns),
    ...(draw.rule ? [ruleResource({ netns, family: 4, priority: 100, table: 7, ...about })] : []),
  ];
  if (bridges[draw.bridge] !== true) return own;
  const master = `br${draw.bridge}`;
  const ends = [
    { netns, name: 'eth0', mac: `02:00:00:00:0${draw.mac}:0${index}`, mtu: draw.mtu, up: true },
    {
      netns: HOST,
      name: draw.hostName ? `h${index}` : `v${index}`,
      mac: `02:00:00:00:02:0${index}`,
      mtu: draw.mtu,
      up: true,
      master,
      hairpin: true,
    },
  ] as const;
  const link = vethIdOf(ends);
  const subnet = `10.0.${draw.bridge}`;
  const cidr = `${subnet}.${draw.address}/24`;
  return [
    ...own,
    vethResource({ lab: LAB, ends, needs: [bridgeId(HOST, master)], ...about }),
    addressResource({ netns, dev: 'eth0', cidr, link, ...about }),
    ...(draw.second ? [addressResource({ netns, dev: 'eth0', cidr: `${subnet}.77/24`, link, ...about })] : []),
    ...(draw.neighbour
      ? [neighbourResource({ netns, dev: 'eth0', address: `${subnet}.9`, mac: '02:00:00:00:00:99', link, ...about })]
      : []),
    routeResource({
      netns,
      to: '0.0.0.0/0',
      type: 'unicast',
      via: `${subnet}.${draw.gateway}`,
      dev: 'eth0',
      link,
      addresses: [addressId(netns, 'eth0', cidr)],
      ...about,
    }),
  ];
}

/** What a topology could want: every object has what it needs. */
export const desiredState: fc.Arbitrary<State> = fc
  .tuple(fc.array(mostly, { minLength: 3, maxLength: 3 }), fc.array(node, { minLength: 1, maxLength: 4 }))
  .map(([bridges, nodes]) =>
    stateOf(LAB, [
      ...bridges.flatMap((there, index) => (there ? bridgeResources(index) : [])),
      ...nodes.flatMap((draw, index) => (draw.there ? nodeResources(draw, index, bridges) : [])),
    ]),
  );

/** Only an observation knows that the kernel takes neighbours along when the MAC of their link changes. */
function goesWithChange({ kind, goesWith }: Resource): Pick<Resource, 'mayGoWithChange'> {
  return kind === 'neighbour' || kind === 'neighbours' ? { mayGoWithChange: (goesWith ?? []).map((id) => ({ id, field: 'mac' })) } : {};
}

/** What only an observation knows: with which of the objects beside it the kernel takes it along. */
export function mayGoAlong(beside: Iterable<Resource>, resource: Resource): Pick<Resource, 'mayGoWith' | 'mayGoWithChange'> {
  if (!['route', 'address', 'neighbour', 'neighbours'].includes(resource.kind)) return {};
  // One that leads nowhere needs no address.
  if (resource.props['dev'] === '' && (resource.props['nexthops'] as readonly string[]).length === 0) return {};
  const [link] = resource.goesWith ?? [];
  // A route with several ways is on several links, one with a source may go with that address of another link.
  const isOn = ({ id, netns, goesWith }: Resource): boolean =>
    (link === undefined ? netns === resource.netns : goesWith?.[0] === link) || resource.needs.includes(id);
  const addresses = [...beside].filter((other) => other.kind === 'address' && isOn(other));
  return { mayGoWith: addresses.map(({ id }) => id), ...goesWithChange(resource) };
}

/** What may stand in the kernel: a desired state of some other time, with objects lost and values changed by hand. */
export const observedState: fc.Arbitrary<State> = fc
  .tuple(desiredState, fc.infiniteStream(fc.integer({ min: 0, max: 9 })))
  .map(([state, dice]) => {
    const kept = new Map<string, Resource>();
    for (const resource of state.resources.values()) {
      const throwOf = dice.next().value;
      if (throwOf === 0 || (resource.goesWith ?? []).some((id) => !kept.has(id))) continue;
      const { definition: _definition, at: _at, path: _path, ...bare } = resource;
      const changed = throwOf === 1 && 'peer_mtu' in bare.props ? { ...bare, props: { ...bare.props, peer_mtu: 999 } } : bare;
      let broken = throwOf === 2 && 'peer_name' in bare.props ? { ...changed, props: { ...changed.props, peer_name: 'renamed' } } : changed;
      // Of a table somebody has deleted the first entry.
      const [first] = kindOf(bare.kind).isTable === true && throwOf === 3 ? entriesOf(bare) : [];
      if (first !== undefined) broken = { ...broken, props: { ...broken.props, [first[0]]: null } };
      kept.set(resource.id, { ...broken, ...mayGoAlong(kept.values(), bare) });
    }
    return stateOf(LAB, kept.values());
  });
