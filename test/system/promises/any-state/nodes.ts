/** Three nodes on bridges of the machine (or of a simulated host), with all that a node can have. */
import fc from 'fast-check';
import { anyOf, rarely, some, withoutGaps, type Part } from './some.js';

export const NODES = ['a', 'b', 'c'] as const;
export type NodeName = (typeof NODES)[number];

/** Names on the host that anything may have: what had one yesterday is not what has it today. */
export const SHARED = ['x1', 'x2'] as const;

const attachment = (node: NodeName, network: string): fc.Arbitrary<Part> => {
  const last = 20 + NODES.indexOf(node);
  return anyOf({
    mac_address: fc.constantFrom(`02:00:00:00:0${NODES.indexOf(node)}:01`, `02:00:00:00:0${NODES.indexOf(node)}:02`),
    host_interface: fc.constantFrom(...SHARED),
    gw_priority: fc.integer({ min: -1, max: 1 }),
    aliases: fc.uniqueArray(fc.constantFrom('shared', `only-${node}`)),
    // Of the subnet that the network has half of the time.
    ...(network === 'red' ? { ipv4_address: fc.constant(`10.61.0.${last}`), ipv6_address: fc.constant(`fd61::${last}`) } : {}),
    ...(network === 'green' ? { interface_name: fc.constantFrom('leaf', 'eth7') } : {}),
  });
};

const SYSCTLS = {
  'net.ipv4.conf.all.rp_filter': [0, 1, 2],
  'net.ipv4.ip_default_ttl': [32, 64, 128],
  'net.ipv4.conf.lo.arp_ignore': [0, 1],
} as const;

const own = (name: NodeName): string => `192.0.2.${NODES.indexOf(name) + 1}`;

const interfaces = (name: NodeName): fc.Arbitrary<Part> =>
  fc
    .record({
      lo: some(
        fc
          .record({
            addresses: fc.uniqueArray(
              fc.constantFrom(`${own(name)}/32`, `${own(name)}/32`, '192.0.2.100/32', 'fd99::1/128', '127.0.0.1/8', '::1/128'),
              {
                maxLength: 3,
              },
            ),
            mtu: some(fc.constantFrom(1500, 65535)),
          })
          .map(withoutGaps),
      ),
      eth0: some(
        anyOf({
          mtu: fc.constantFrom(1290, 1380),
          state: fc.constantFrom('up', 'down'),
          mac_address: fc.constantFrom(`02:00:00:00:1${NODES.indexOf(name)}:01`),
          addresses: fc.constantFrom([`10.67.${NODES.indexOf(name)}.1/24`], [`fd67:${NODES.indexOf(name)}::1/64`]),
        }),
      ),
    })
    .map(withoutGaps);

/** To several at once: what is on the cables of this node, on its first interface, and behind a route without a router. */
const severalWays = (name: NodeName): fc.Arbitrary<Part> => {
  const index = NODES.indexOf(name);
  const next = {
    '10.99.5.0/24': [`10.67.${index}.2`, `10.67.${index}.3`, '10.99.3.7', '10.99.3.8', '10.70.0.1', '10.70.0.2', '10.71.0.1', '10.72.0.2'],
    'fd97::/64': [`fd67:${index}::2`, `fd67:${index}::3`, 'fd70::1', 'fd70::2', 'fd71::1', 'fd71::2', 'fd72::2'],
  } as const;
  return fc.constantFrom('10.99.5.0/24' as const, 'fd97::/64' as const).chain((to) =>
    fc
      .record({
        to: fc.constant(to),
        nexthops: fc
          .tuple(
            fc.subarray([...next[to]], { minLength: 6 }),
            fc.array(some(fc.constantFrom(2, 5)), { minLength: 8, maxLength: 8 }),
            some(fc.constant(true)),
          )
          .map(([hops, weights, dev]) => hops.map((via, i) => withoutGaps({ via, weight: weights[i], dev }))),
        metric: some(fc.constant(30)),
        table: some(fc.constantFrom(100)),
        src: to.includes(':') ? fc.constant(undefined) : some(fc.constant(own(name))),
      })
      .map(withoutGaps),
  );
};

const routes = (name: NodeName): fc.Arbitrary<readonly Part[]> =>
  fc.uniqueArray(
    fc.oneof(
      fc
        .record({
          to: fc.constantFrom('10.99.1.0/24', '10.99.2.0/24', 'fd98::/64'),
          type: fc.constantFrom('blackhole', 'unreachable', 'prohibit'),
          metric: some(fc.constantFrom(10, 20)),
        })
        .map(withoutGaps),
      fc
        .record({
          to: fc.constantFrom('10.99.3.0/24', '10.99.4.5'),
          type: some(fc.constant('unicast')),
          dev: fc.constant('eth0'),
          via: some(fc.constantFrom('10.66.0.1', '10.66.0.2')),
          mtu: some(fc.constantFrom(1281, 1282)),
          table: some(fc.constantFrom(100, 200)),
          src: some(fc.constant(own(name))),
        })
        .map((route) => withoutGaps({ ...route, ...(route.via === undefined ? {} : { onlink: true }) })),
      severalWays(name),
    ),
    { maxLength: 3, selector: (route) => `${String(route['to'])} ${String(route['metric'])} ${String(route['table'])}` },
  );

const rules = fc.uniqueArray(
  fc
    .record({
      from: some(fc.constantFrom('10.61.0.0/24', '10.63.0.0/24')),
      to: some(fc.constantFrom('10.99.0.0/16', 'fd98::/64')),
      iif: some(fc.constantFrom('lo', 'eth0')),
      oif: rarely(fc.constantFrom('eth0')),
      fwmark: some(fc.constantFrom(7, 8)),
      table: fc.constantFrom(100, 200),
      priority: fc.integer({ min: 1000, max: 1003 }),
    })
    .map(withoutGaps)
    .filter(({ from, to }) => from === undefined || !String(to).includes(':')),
  { maxLength: 2, selector: ({ priority }) => priority },
);

const neighbours = fc.uniqueArray(
  fc.record({
    address: fc.constantFrom('10.61.0.250', '10.63.0.250'),
    mac_address: fc.constantFrom('02:00:00:00:00:f1', '02:00:00:00:00:f2'),
    dev: fc.constantFrom('eth0', 'eth1'),
  }),
  { maxLength: 2, selector: ({ address, dev }) => `${address} ${dev}` },
);

const howRun = anyOf({ env: fc.constantFrom({ SIZE: 'small' }, { SIZE: 'large' }), cwd: fc.constant('/tmp'), user: fc.constant('nobody') });

const run = fc
  .uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 2 })
  .filter((list) => new Set(list.map((n) => n % 2)).size === list.length)
  .chain((list) => fc.tuple(...list.map((n) => howRun.map((how) => ({ name: `r${n % 2}`, command: ['sleep', `10000${n}`], ...how })))));

const exec = fc
  .uniqueArray(fc.constantFrom('true # one', 'true # two'), { maxLength: 2 })
  .chain((list) => fc.tuple(...list.map((command) => howRun.map((how) => ({ command, ...how })))));

const ports = (name: NodeName): fc.Arbitrary<readonly unknown[]> =>
  fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }).chain((list) =>
    fc.tuple(
      ...list.map((port) => {
        const published = 8000 + 10 * NODES.indexOf(name) + port;
        const long = anyOf({ host_ip: fc.constant('127.0.0.1'), protocol: fc.constantFrom('tcp', 'udp') });
        return fc.oneof(
          fc.constant<unknown>(`${published}:80`),
          long.map((keys) => ({ target: 81, published, ...keys })),
        );
      }),
    ),
  );

const routing = (name: NodeName): fc.Arbitrary<Part> =>
  fc.record({
    router_id: fc.constant(own(name)),
    static: fc.constantFrom(...['blackhole', 'unreachable'].map((type) => [{ to: '10.97.0.0/16', type }])),
  });

export const nodeOf = (name: NodeName): fc.Arbitrary<Part> =>
  fc
    .record({
      networks: fc.record(Object.fromEntries(['red', 'green', 'outer'].map((network) => [network, attachment(name, network)])), {
        requiredKeys: [],
      }),
      more: anyOf({
        forwarding: fc.boolean(),
        ipv6: fc.boolean(),
        hostname: fc.constant(`${name}.example.com`),
        extra_hosts: fc.constantFrom<unknown>({ printer: ['192.0.2.7', '2001:db8::7'] }, ['printer:192.0.2.8']),
        dns: fc.constantFrom<unknown>('192.0.2.53', ['192.0.2.54']),
        dns_search: fc.constantFrom('.', 'example.com'),
        labels: fc.constantFrom({ app: 'web' }, { app: 'db' }),
        ignore: fc.constant(['tun*']),
        protect: fc.constant(false),
        interfaces: interfaces(name),
        routes: routes(name),
        neighbours,
        rules,
        run,
        exec,
        ports: ports(name),
        sysctls: fc.record(Object.fromEntries(Object.entries(SYSCTLS).map(([key, values]) => [key, fc.constantFrom(...values)])), {
          requiredKeys: [],
        }),
      }),
      netns: rarely(fc.constant(`spare.${name}`), 8),
      routing: rarely(routing(name), 8),
    })
    .map(({ more, ...rest }) => withoutGaps({ ...rest, ...more }));

/** Without what names an interface or an address that this node has not. */
export function coherent(node: Part): Part {
  const attached = node['networks'] as Record<string, Part>;
  const names = Object.values(attached).reduce<readonly string[]>((before, one) => {
    const free = ['eth0', 'eth1', 'eth2'].find((each) => !before.includes(each))!;
    return [...before, (one['interface_name'] as string | undefined) ?? free];
  }, []);
  const has = (value: unknown): boolean => value === undefined || value === 'lo' || names.includes(String(value));
  const settings = (node['interfaces'] ?? {}) as Record<string, Part | undefined>;
  const addresses = ((settings['lo']?.['addresses'] ?? []) as readonly string[]).map((address) => address.split('/')[0]);
  const list = (key: string): readonly Part[] | undefined => node[key] as readonly Part[] | undefined;
  return withoutGaps({
    ...node,
    interfaces: withoutGaps({ lo: settings['lo'], eth0: names.includes('eth0') ? settings['eth0'] : undefined }),
    routes: list('routes')
      ?.filter(({ dev }) => has(dev))
      .map((route) => (addresses.includes(route['src'] as string) ? route : withoutGaps({ ...route, src: undefined }))),
    rules: list('rules')?.filter(({ iif, oif }) => has(iif) && has(oif)),
    neighbours: list('neighbours')?.filter(({ dev }) => has(dev)),
    // With a daemon it must be said whether the node forwards.
    forwarding: node['routing'] === undefined ? node['forwarding'] : (node['forwarding'] ?? false),
  });
}
