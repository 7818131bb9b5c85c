/** A file with groups means what the file means that says the same at each node. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadTopology } from '../../src/topology/load.js';

type Plain = Readonly<Record<string, unknown>>;

/** JSON is YAML. Without places, which are elsewhere. */
function meaning(file: Plain): unknown {
  const { topology, diagnostics } = loadTopology({ file: 'f.yaml', bytes: new TextEncoder().encode(JSON.stringify(file)) }, {});
  expect(diagnostics).toEqual([]);
  return JSON.parse(JSON.stringify(topology, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** As the language says: mappings key by key, all else replaced. */
function merged(base: Plain, own: Plain): Plain {
  const all = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = all[key];
    all[key] = isPlain(before) && isPlain(value) ? merged(before, value) : value;
  }
  return all;
}

/** Of `networks` as a list, and of an address alone. */
function long({ networks, ...node }: Plain): Plain {
  if (networks === undefined) return node;
  const pairs = Array.isArray(networks) ? networks.map((name) => [String(name), {}] as const) : Object.entries(networks as Plain);
  const attachments = pairs.map(([name, value]) => [name, typeof value === 'string' ? { ipv4_address: value } : value]);
  return { ...node, networks: Object.fromEntries(attachments) as Plain };
}

const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const attachment = fc.record({ gw_priority: maybe(1, 2), aliases: maybe(['x'], ['y', 'z']) }, { requiredKeys: [] });
const settings: fc.Arbitrary<Plain> = fc.record(
  {
    networks: fc.oneof(
      fc.subarray(['lan', 'wan', 'mgmt']),
      fc.record({ lan: attachment, wan: fc.record({ gw_priority: maybe(3, 4) }) }, { requiredKeys: [] }),
    ),
    sysctls: fc.dictionary(maybe('net.ipv4.ip_default_ttl', 'net.core.somaxconn', 'net.ipv4.tcp_fin_timeout'), maybe(50, 60), {
      maxKeys: 3,
    }),
    labels: fc.dictionary(maybe('rack', 'role'), maybe('a', 'b')),
    interfaces: fc.record(
      { lo: fc.record({ mtu: maybe(9000, 1500), addresses: maybe(['192.0.2.1/32'], ['192.0.2.2/32']) }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    dns: maybe(['192.0.2.53'], ['192.0.2.54', '192.0.2.55'], []),
    run: maybe(['sleep 1'], [{ name: 'n', command: 'sleep 2', env: { A: 'b' } }], []),
    forwarding: fc.boolean(),
    hostname: maybe('here', 'there'),
  },
  { requiredKeys: [] },
);
const member = fc.record({
  own: settings,
  hasAddress: fc.boolean(),
  group: fc.option(maybe('g' as const, 'h' as const), { nil: undefined }),
  isHost: fc.boolean(),
});

it('node > group > defaults: mappings key by key, lists replaced; hosts have no defaults', () => {
  const files = fc.record({
    defaults: fc.option(settings, { nil: undefined }),
    groups: fc.record({ g: settings, h: settings }),
    members: fc.array(member, { minLength: 1, maxLength: 4 }),
  });
  const property = fc.property(files, ({ defaults, groups, members }) => {
    const named = members.map(({ own, hasAddress, ...one }, i) => ({
      ...one,
      name: `n${i}`,
      own: hasAddress ? { ...own, networks: { lan: `10.0.0.${10 + i}` } } : own,
    }));
    const section = (of: boolean, what: (one: (typeof named)[number]) => Plain): Plain =>
      Object.fromEntries(named.filter(({ isHost }) => isHost === of).map((one) => [one.name, what(one)]));
    const file = (what: (one: (typeof named)[number]) => Plain): Plain => ({
      name: 'lab',
      networks: { lan: { subnet: '10.0.0.0/24' }, wan: {}, mgmt: {} },
      hosts: section(true, what),
      nodes: section(false, what),
    });
    const short = file(({ own, group }) => ({ ...own, ...(group === undefined ? {} : { group }) }));
    const written = file(({ own, group, isHost }) => {
      const bases = [isHost ? {} : (defaults ?? {}), group === undefined ? {} : groups[group], own];
      return bases.map(long).reduce(merged);
    });
    expect(meaning({ ...short, groups, ...(defaults === undefined ? {} : { defaults }) })).toEqual(meaning(written));
  });
  fc.assert(property, { numRuns: 300 });
});
