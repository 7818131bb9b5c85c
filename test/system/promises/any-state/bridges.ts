/** Networks of the machine or of a simulated host, the nodes on them, and cables. */
import fc from 'fast-check';
import { withNexthops } from './nexthops.js';
import { coherent, nodeOf, NODES, SHARED } from './nodes.js';
import { anyOf, rarely, some, withoutGaps, type Part } from './some.js';

const NETWORKS = ['red', 'green'] as const;
type NetworkName = (typeof NETWORKS)[number];

const SUBNETS = { red: ['10.61.0.0/24', '10.62.0.0/24'], green: ['10.63.0.0/24', '10.64.0.0/24'] } as const;
const SUBNETS6 = { red: 'fd61::/64', green: 'fd63::/64' } as const;

const networkOf = (name: NetworkName): fc.Arbitrary<Part> =>
  fc
    .record({
      subnet: fc.constantFrom(...SUBNETS[name]),
      ipv6: fc.boolean(),
      inWords: fc.constantFrom('subnet', 'ipam'),
      gateway: some(fc.constantFrom('none', 'last', 'node')),
      half: some(fc.constant(true)),
      keys: anyOf({
        driver: fc.constant('bridge'),
        internal: fc.boolean(),
        protect: fc.constant(false),
        masquerade: fc.constantFrom<unknown>(true, false, '192.0.2.200'),
        isolated: fc.boolean(),
        icc: fc.boolean(),
        antispoof: fc.boolean(),
        mtu: fc.constantFrom(1280, 1400, 9000),
        dns: fc.constantFrom('none', 'hosts'),
        bridge_name: fc.constantFrom(`br-${name}`, `${name}0`, ...SHARED),
      }),
      server: rarely(fc.constant('server')),
    })
    .map(({ subnet, ipv6, inWords, gateway, half, keys, server }) => {
      const range = half === undefined ? undefined : subnet.replace('.0/24', '.128/25');
      const last = subnet.replace('.0/24', '.254');
      const byHost = gateway === undefined || gateway === 'last';
      const rest = withoutGaps({ ...keys, dns: server ?? keys['dns'], antispoof: byHost ? keys['antispoof'] : undefined });
      if (inWords === 'ipam')
        return {
          ipam: {
            config: [
              withoutGaps({ subnet, ip_range: range, gateway: gateway === 'last' ? last : undefined }),
              ...(ipv6 ? [{ subnet: SUBNETS6[name] }] : []),
            ],
          },
          ...rest,
        };
      return withoutGaps({
        subnet: ipv6 ? [subnet, SUBNETS6[name]] : subnet,
        ip_range: range,
        gateway: { none: 'none', last: ipv6 ? [last, SUBNETS6[name].replace('::/64', '::ff')] : last, node: 'c' }[gateway as string],
        ...rest,
      });
    });

const LINK_PAIRS = [
  ['a', 'b'],
  ['b', 'c'],
  ['a', 'host'],
] as const;

interface Cable {
  readonly ends: readonly string[];
  readonly link: Part;
}

const linkOf = ([left, right]: (typeof LINK_PAIRS)[number], index: number): fc.Arbitrary<Cable> =>
  fc
    .record({
      mtu: some(fc.constantFrom(1280, 1500, 4000)),
      state: some(fc.constantFrom('up', 'down')),
      rate: some(fc.constantFrom('1mbit', '2.5gbit')),
      // Of one end: another one than the link's, or its only one.
      rates: fc.tuple(rarely(fc.constantFrom('64kbit', '1mbit')), rarely(fc.constantFrom('10mbit'))),
      addressed: fc.constantFrom('', '4', '6', '46'),
      mac: some(fc.constantFrom('1', '2')),
      name: fc.constantFrom('x', 'y'),
    })
    .map(({ addressed, mac, name, rates, ...rest }) => ({
      ends: [left, right],
      link: withoutGaps({
        endpoints: [left, right].map((node, end) =>
          withoutGaps({
            node,
            interface: node === 'host' ? `h${name}${index}` : `${name}${index}`,
            ipv4_address: addressed.includes('4') ? `10.7${index}.0.${end + 1}/30` : undefined,
            ipv6_address: addressed.includes('6') ? `fd7${index}::${end + 1}/64` : undefined,
            mac_address: mac === undefined ? undefined : `02:00:00:0${mac}:0${index}:0${end}`,
            rate: rates[end],
          }),
        ),
        ...rest,
      }),
    }));

const OUTER: Part = { external: true, bridge_name: 'ext0', subnet: '10.65.0.0/24' };

/** Two files of one name that share nothing would be taken for strangers: every lab has the node `keep`. */
const guests = anyOf({
  none: fc.constant({ spare: { network_mode: 'none' } }),
  joined: fc.constantFrom(...NODES).map((node) => ({ guest: { network_mode: `node:${node}` } })),
  grounded: fc.constant({ ground: { network_mode: 'host' } }),
});

export interface Bridges {
  readonly networks: Part;
  readonly hosts: Part;
  readonly nodes: Part;
  readonly links: readonly Part[];
}

export const anyBridges: fc.Arbitrary<Bridges> = fc
  .record({
    networks: fc.record({ red: networkOf('red'), green: networkOf('green'), outer: fc.constant(OUTER) }, { requiredKeys: [] }),
    nodes: fc.record({ a: nodeOf('a'), b: nodeOf('b'), c: nodeOf('c') }, { requiredKeys: ['a'] }),
    guests: some(guests),
    links: fc.tuple(...LINK_PAIRS.map((pair, index) => some(linkOf(pair, index)))),
    // Which of the networks are on a simulated host; the host is on the others.
    hosted: fc.constantFrom<readonly NetworkName[]>([], [], [], ['red'], ['green'], NETWORKS),
    hasHost: rarely(fc.constant(true), 4),
    // With nodes that are on both of them.
    served: rarely(fc.record({ red: networkOf('red'), green: networkOf('green') }), 4),
  })
  .map(({ guests: others, links, hosted, hasHost, served, ...drawn }) => {
    const networks = { ...drawn.networks, ...(served === undefined ? {} : serving(served)) };
    const nodes = served === undefined ? drawn.nodes : onBoth(drawn.nodes);
    const isThere = (name: string): boolean => name === 'host' || name in nodes;
    const cables = links.flatMap((one) => (one?.ends.every(isThere) === true ? [one.link] : []));
    const fitted = Object.entries(nodes).map(
      ([name, node]) => [name, withNexthops(name, coherent(living(fitting(node, networks), hosted)), cables)] as const,
    );
    const joined = Object.assign({}, ...Object.values((others ?? {}) as Record<string, Part>)) as Record<string, Part>;
    return {
      networks: withGateways(networks, Object.fromEntries(fitted)),
      hosts:
        hasHost === true || hosted.length > 0
          ? { m: { networks: Object.keys(networks).filter((name) => name !== 'outer' && !(hosted as readonly string[]).includes(name)) } }
          : {},
      nodes: {
        ...Object.fromEntries(fitted),
        ...Object.fromEntries(
          Object.entries(joined).filter(([, { network_mode }]) =>
            isThere(String(network_mode).replace('node:', '').replace('none', 'host')),
          ),
        ),
      },
      links: cables,
    };
  });

/** Where the host has the gateway's address; one of them leads out. */
function serving(networks: Readonly<Record<string, Part>>): Readonly<Record<string, Part>> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, network]) => {
      const isHosts = !['none', 'c'].includes(network['gateway'] as string);
      const leadsOut = withoutGaps({ ...network, internal: undefined });
      return [name, isHosts ? { ...(name === 'red' ? leadsOut : network), dns: 'server' } : network];
    }),
  );
}

/** `a` and, where it is there, `b`, each with another one first; two that take one name of the host would be refused. */
function onBoth<T extends { readonly a: Part; readonly b?: Part }>(nodes: T): T {
  const { a, b } = nodes;
  const attached = (node: Part, order: Part): Part =>
    Object.fromEntries(
      Object.entries({ ...order, ...(node['networks'] as Part) }).map(([name, one]) => [
        name,
        withoutGaps({ ...(one as Part), host_interface: undefined }),
      ]),
    );
  return {
    ...nodes,
    a: { ...a, networks: attached(a, { red: {}, green: {} }) },
    ...(b === undefined ? {} : { b: { ...b, networks: attached(b, { green: {}, red: {} }) } }),
  };
}

/** A node that is the gateway of a network has to be on it. */
function withGateways(networks: Part, nodes: Part): Part {
  return Object.fromEntries(
    Object.entries(networks as Record<string, Part>).map(([name, network]) => {
      const attached = (nodes['c'] as { readonly networks?: Part } | undefined)?.networks ?? {};
      return [name, network['gateway'] === 'c' && !(name in attached) ? withoutGaps({ ...network, gateway: undefined }) : network];
    }),
  );
}

/** On the host if one of its networks is there, and then on none that is elsewhere. */
function living(node: Part, hosted: readonly string[]): Part {
  const attached = Object.entries(node['networks'] as Part);
  const there = attached.filter(([name]) => hosted.includes(name));
  if (there.length === 0) return node;
  const { ports, ...rest } = node;
  return withoutGaps({
    ...rest,
    host: 'm',
    networks: Object.fromEntries(there),
    ports: there.length === attached.length ? ports : undefined,
  });
}

/** Only networks that are there, addresses that are in their subnets, and ports where one of them leads outside. */
function fitting(node: Part, networks: Part): Part {
  const attached = Object.entries(node['networks'] as Record<string, Part>).filter(([each]) => each in networks);
  const subnets = JSON.stringify(networks['red'] ?? '');
  const written = attached.map(([each, one]) => {
    const inIPv4 = subnets.includes('10.61.0.0/24') && !subnets.includes('.128/25');
    return [
      each,
      withoutGaps({
        ...one,
        ipv4_address: inIPv4 ? one['ipv4_address'] : undefined,
        ipv6_address: subnets.includes('fd61::') ? one['ipv6_address'] : undefined,
      }),
    ];
  });
  const isOutward = attached.some(([each]) => each !== 'outer' && (networks[each] as Part)['internal'] !== true);
  return withoutGaps({ ...node, networks: Object.fromEntries(written) as Part, ports: isOutward ? node['ports'] : undefined });
}
