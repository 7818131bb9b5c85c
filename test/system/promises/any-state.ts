/** Random topologies of one lab, small and of every kind, such that any two of them can follow each other. */
import fc from 'fast-check';
import { expand } from '../../../src/networks/expand.js';
import { loadTopology } from '../../../src/topology/load.js';

const NETWORKS = ['red', 'green'] as const;
const NODES = ['a', 'b', 'c'] as const;

type NetworkName = (typeof NETWORKS)[number];
type NodeName = (typeof NODES)[number];

const SUBNETS = { red: ['10.61.0.0/24', '10.62.0.0/24'], green: ['10.63.0.0/24', '10.64.0.0/24'] } as const;
const SUBNETS6 = { red: 'fd61::/64', green: 'fd63::/64' } as const;

/** Names on the host that anything may have: what had one yesterday is not what has it today. */
const SHARED = ['x1', 'x2'] as const;

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined, freq: 2 });

const networkOf = (name: NetworkName): fc.Arbitrary<object> =>
  fc
    .record({
      subnet: fc.constantFrom(...SUBNETS[name]),
      ipv6: fc.boolean(),
      internal: some(fc.boolean()),
      masquerade: some(fc.boolean()),
      isolated: some(fc.boolean()),
      mtu: some(fc.constantFrom(1280, 1400, 9000)),
      gateway: some(fc.constantFrom('none')),
      dns: some(fc.constantFrom('none', 'hosts')),
      bridge_name: some(fc.constantFrom(`br-${name}`, `${name}0`, ...SHARED)),
    })
    .map(({ subnet, ipv6, ...rest }) => ({ subnet: ipv6 ? [subnet, SUBNETS6[name]] : subnet, ...rest }));

const attachment = (node: NodeName): fc.Arbitrary<object> =>
  fc.record({
    mac_address: some(fc.constantFrom(`02:00:00:00:0${NODES.indexOf(node)}:01`, `02:00:00:00:0${NODES.indexOf(node)}:02`)),
    host_interface: some(fc.constantFrom(...SHARED)),
    gw_priority: some(fc.integer({ min: -1, max: 1 })),
    aliases: some(fc.uniqueArray(fc.constantFrom('shared', `only-${node}`))),
  });

const SYSCTLS = {
  'net.ipv4.conf.all.rp_filter': [0, 1, 2],
  'net.ipv4.ip_default_ttl': [32, 64, 128],
  'net.ipv4.conf.lo.arp_ignore': [0, 1],
} as const;

const nodeOf = (name: NodeName): fc.Arbitrary<Record<string, unknown>> =>
  // With a daemon it must be said whether the node forwards.
  plainNodeOf(name).map((node) => (node['routing'] === undefined ? node : { ...node, forwarding: node['forwarding'] ?? false }));

const plainNodeOf = (name: NodeName): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({
    networks: fc.record(Object.fromEntries(NETWORKS.map((network) => [network, attachment(name)])), { requiredKeys: [] }),
    forwarding: some(fc.boolean()),
    ipv6: some(fc.boolean()),
    hostname: some(fc.constantFrom(`${name}.example.com`)),
    extra_hosts: some(fc.constant({ printer: ['192.0.2.7', '2001:db8::7'] })),
    dns_search: some(fc.constantFrom('.', 'example.com')),
    interfaces: some(
      fc.record({
        lo: fc.record({
          addresses: fc.uniqueArray(
            fc.constantFrom(`192.0.2.${NODES.indexOf(name) + 1}/32`, '192.0.2.100/32', 'fd99::1/128', '127.0.0.1/8', '::1/128'),
            {
              maxLength: 3,
            },
          ),
          mtu: some(fc.constantFrom(1500, 65535)),
        }),
      }),
    ),
    routes: some(
      fc.uniqueArray(
        fc.record({
          to: fc.constantFrom('10.99.1.0/24', '10.99.2.0/24', 'fd98::/64'),
          type: fc.constantFrom('blackhole', 'unreachable', 'prohibit'),
          metric: some(fc.constantFrom(10, 20)),
        }),
        { maxLength: 3, selector: ({ to, metric }) => `${to} ${metric ?? ''}` },
      ),
    ),
    neighbours: some(
      fc.uniqueArray(
        fc.record({
          address: fc.constantFrom('10.61.0.250', '10.63.0.250'),
          mac_address: fc.constantFrom('02:00:00:00:00:f1', '02:00:00:00:00:f2'),
          dev: fc.constantFrom('eth0', 'eth1'),
        }),
        { maxLength: 2, selector: ({ address, dev }) => `${address} ${dev}` },
      ),
    ),
    rules: some(
      fc.uniqueArray(
        fc.record({
          from: some(fc.constantFrom('10.61.0.0/24', '10.63.0.0/24')),
          table: fc.constantFrom(100, 200),
          priority: fc.integer({ min: 1000, max: 1003 }),
        }),
        {
          maxLength: 2,
          selector: ({ priority }) => priority,
        },
      ),
    ),
    sysctls: some(
      fc.record(Object.fromEntries(Object.entries(SYSCTLS).map(([key, values]) => [key, fc.constantFrom(...values)])), {
        requiredKeys: [],
      }),
    ),
    run: some(
      fc
        .uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 2 })
        .map((list) => list.map((n) => ({ name: `r${n % 2}`, command: ['sleep', `10000${n}`] })))
        .filter((list) => new Set(list.map(({ name }) => name)).size === list.length),
    ),
    routing: fc.option(
      fc.record({
        router_id: fc.constant(`192.0.2.${NODES.indexOf(name) + 1}`),
        static: fc.constantFrom(...['blackhole', 'unreachable'].map((type) => [{ to: '10.97.0.0/16', type }])),
      }),
      { nil: undefined, freq: 1 },
    ),
    exec: some(fc.uniqueArray(fc.constantFrom('true # one', 'true # two'), { maxLength: 2 })),
    ports: some(
      fc
        .uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 2 })
        .map((ports) => ports.map((port) => `${8000 + 10 * NODES.indexOf(name) + port}:80`)),
    ),
  });

const LINK_PAIRS = [
  ['a', 'b'],
  ['b', 'c'],
  ['a', 'host'],
] as const;

const linkOf = (
  [left, right]: (typeof LINK_PAIRS)[number],
  index: number,
): fc.Arbitrary<{ readonly ends: readonly string[]; readonly link: object }> =>
  fc
    .record({
      mtu: some(fc.constantFrom(1280, 1500, 4000)),
      state: some(fc.constantFrom('up', 'down')),
      addressed: fc.boolean(),
      name: fc.constantFrom('x', 'y'),
    })
    .map(({ addressed, name, ...rest }) => ({
      ends: [left, right],
      link: {
        endpoints: [left, right].map((node, end) => ({
          node,
          interface: node === 'host' ? `h${name}${index}` : `${name}${index}`,
          ...(addressed ? { ipv4_address: `10.7${index}.0.${end + 1}/30` } : {}),
        })),
        ...rest,
      },
    }));

function isValid(text: string): boolean {
  const { topology, diagnostics } = loadTopology({ file: 'any.yaml', bytes: new TextEncoder().encode(text) }, {});
  if (topology === null) return false;
  return [...diagnostics, ...expand(topology).diagnostics].every(({ severity }) => severity !== 'error');
}

/** JSON is YAML. Combinations that the language refuses are thrown away. */
export const anyTopology: fc.Arbitrary<string> = fc
  .record({
    networks: fc.record({ red: networkOf('red'), green: networkOf('green') }, { requiredKeys: [] }),
    nodes: fc.record({ a: nodeOf('a'), b: nodeOf('b'), c: nodeOf('c') }, { requiredKeys: ['a'] }),
    links: fc.tuple(...LINK_PAIRS.map((pair, index) => some(linkOf(pair, index)))),
    // Which of the networks are on a simulated host; the host is on the others.
    hosted: fc.constantFrom<readonly NetworkName[]>([], [], ['red'], ['green'], NETWORKS),
    hasHost: fc.boolean(),
  })
  .map(({ networks, nodes, links, hosted, hasHost }) => {
    const there = (name: string): boolean => name === 'host' || name in nodes;
    return JSON.stringify({
      name: 'any',
      networks,
      ...(hasHost || hosted.length > 0
        ? { hosts: { m: { networks: Object.keys(networks).filter((name) => !(hosted as readonly string[]).includes(name)) } } }
        : {}),
      // Something that both have: two files of one name that share nothing would be taken for strangers.
      nodes: {
        keep: { network_mode: 'none' },
        ...Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, living(fitting(node, networks), hosted)])),
      },
      links: links.flatMap((one) => (one?.ends.every(there) === true ? [one.link] : [])),
    });
  })
  .filter(isValid);

/** On the host if one of its networks is there, and then on none that is elsewhere. */
function living(node: Record<string, unknown>, hosted: readonly string[]): Record<string, unknown> {
  const attached = Object.entries(node['networks'] as object);
  const there = attached.filter(([name]) => hosted.includes(name));
  if (there.length === 0) return node;
  const { ports, ...rest } = node;
  return {
    ...rest,
    host: 'm',
    networks: Object.fromEntries(there),
    ...(there.length === attached.length && ports !== undefined ? { ports } : {}),
  };
}

/** Only networks that are there; ports only where one of them leads outside. */
function fitting(node: Record<string, unknown>, networks: Record<string, unknown>): Record<string, unknown> {
  const attached = Object.entries(node['networks'] as object).filter(([name]) => name in networks);
  const outward = attached.some(([name]) => (networks[name] as { internal?: boolean }).internal !== true);
  const { ports, ...rest } = node;
  return { ...rest, networks: Object.fromEntries(attached), ...(outward && ports !== undefined ? { ports } : {}) };
}

/** Things done by hand that may hit what is there, or nothing. */
export const anyDrift: fc.Arbitrary<readonly string[]> = fc.uniqueArray(
  fc.constantFrom(
    'ip link del br-red',
    'ip link del green0',
    'ip -n any.a link del eth0',
    'ip -n any.a link set eth0 down',
    'ip -n any.b link set eth0 mtu 1300',
    'ip netns del any.b',
    'ip netns del any.a',
    'nft flush table inet topo_any',
    'nft delete table inet topo_any',
    'ip -n any.a route flush table main',
    'ip -n any.a addr flush dev lo scope global',
    'ip -n any.b addr flush dev lo',
    'ip -n any.b rule flush',
    'ip -n any.c route flush table local',
    'ip -n any.c link set lo down',
    'ip -n any.a rule add priority 77 table 77',
    'sysctl -qw net.ipv4.ip_forward=0',
    'ip netns exec any.a sysctl -qw net.ipv4.ip_forward=1',
    'ip -n any.a link add z type bridge',
    'ip link set br-red down',
    'ip netns del any.m',
    'ip -n any.m link del br-red',
    'ip netns exec any.m nft delete table inet topo_any',
    'ip netns exec any.m sysctl -qw net.ipv4.ip_forward=0',
  ),
  { maxLength: 3 },
);
