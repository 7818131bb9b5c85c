/** Two routers with a cable between them, and their daemons. */
import fc from 'fast-check';
import { anyOf, some, withoutGaps, type Part } from './some.js';

export interface Routers {
  readonly nodes: Part;
  readonly links: readonly Part[];
}

/** What both ends of a session have to agree on. */
const session = anyOf({
  password: fc.constantFrom('secret', 'other'),
  bfd: fc.boolean(),
  hold_time: fc.constantFrom(9, 30),
  multihop: fc.constantFrom(2),
  address: fc.constant(true),
});

/** What one end decides for itself. */
const side = anyOf({
  keepalive: fc.constantFrom(3),
  next_hop_self: fc.boolean(),
  passive: fc.boolean(),
  asn: fc.constant(true),
  source_address: fc.constant(true),
  route_reflector_client: fc.boolean(),
});

const bgp = fc
  .record({
    asns: fc.constantFrom([65001, 65002], [65001, 65001], [65003, 65002]),
    session,
    sides: fc.tuple(side, side),
    own: anyOf({
      networks: fc.constantFrom(['192.0.2.11/32'], ['10.96.0.0/16']),
      redistribute: fc.constantFrom(['connected'], ['static', 'kernel'], ['ospf'], ['bgp', 'static']),
      cluster_id: fc.constantFrom('192.0.2.250', '192.0.2.251'),
    }),
  })
  .map(({ asns, session: both, sides, own }) => (withOspf: boolean): readonly Part[] => {
    const isInternal = asns[0] === asns[1];
    return [0, 1].map((i): Part => {
      const { asn, source_address, route_reflector_client, ...rest } = sides[i]!;
      const { address, multihop, ...agreed } = both;
      const neighbor = withoutGaps({
        peer: `r${2 - i}`,
        ...agreed,
        ...rest,
        ...(isInternal ? { route_reflector_client } : { multihop }),
        asn: asn === undefined ? undefined : asns[1 - i],
        address: address === undefined ? undefined : `10.90.0.${2 - i}`,
        source_address: source_address === undefined ? undefined : `10.90.0.${i + 1}`,
      });
      const isReflector = isInternal && route_reflector_client === true;
      const { cluster_id, redistribute, ...mine } = own;
      return withoutGaps({
        asn: asns[i],
        neighbors: [neighbor],
        ...mine,
        redistribute: !withOspf && (redistribute as readonly string[] | undefined)?.includes('ospf') === true ? undefined : redistribute,
        cluster_id: isReflector ? (cluster_id ?? '192.0.2.250') : undefined,
      });
    });
  });

/** Both ends need the same. */
const cable = anyOf({
  hello: fc.constantFrom(1, 2),
  type: fc.constantFrom('point-to-point', 'broadcast'),
  bfd: fc.boolean(),
});

const ospf = fc
  .record({
    cable,
    costs: fc.tuple(some(fc.constantFrom(10, 50)), some(fc.constantFrom(10, 50))),
    dead: some(fc.constantFrom(8, 12)),
    area: fc.constantFrom('0', '1'),
    redistribute: some(fc.constantFrom(['connected'], ['static'], ['kernel'], ['bgp'], ['ospf', 'static'])),
    passive: some(fc.boolean()),
  })
  .map(
    ({ cable: both, costs, dead, area, redistribute, passive }) =>
      (withBgp: boolean): readonly Part[] =>
        costs.map((cost) =>
          withoutGaps({
            areas: { [area]: { lo: withoutGaps({ passive }), l: withoutGaps({ ...both, cost, dead }) } },
            redistribute: (redistribute as readonly string[] | undefined)?.includes('bgp') === true && !withBgp ? undefined : redistribute,
          }),
        ),
  );

const staticRoutes = fc.uniqueArray(
  fc.oneof(
    fc.record({ to: fc.constantFrom('10.96.0.0/16', '10.95.0.0/16'), type: fc.constantFrom('blackhole', 'unreachable', 'prohibit') }),
    fc.record({
      to: fc.constant('10.94.0.0/16'),
      type: fc.constant('unicast'),
      via: fc.constantFrom<unknown>('10.90.0.3', ['10.90.0.3', '10.90.0.4']),
    }),
  ),
  { maxLength: 2, selector: ({ to }) => to },
);

/** Routes of the node's own, by several routers on the cable that are not there. */
const severalWays = (ipv6: boolean): fc.Arbitrary<readonly Part[]> =>
  fc.uniqueArray(
    fc
      .record({
        to: ipv6 ? fc.constantFrom('10.93.0.0/16', 'fd93::/64') : fc.constant('10.93.0.0/16'),
        hops: fc.subarray([3, 4, 5], { minLength: 2 }),
        weights: fc.tuple(some(fc.constantFrom(1, 3)), some(fc.constantFrom(2, 256)), some(fc.constant(7))),
        dev: some(fc.constant('l')),
      })
      .map(({ to, hops, weights, dev }) => ({
        to,
        nexthops: hops.map((last, i) =>
          withoutGaps({ via: to.includes(':') ? `fd90::${last}` : `10.90.0.${last}`, weight: weights[i], dev }),
        ),
      })),
    { minLength: 1, maxLength: 2, selector: ({ to }) => to },
  );

export const anyRouters: fc.Arbitrary<Routers> = fc
  .record({
    bgp: some(bgp),
    ospf: some(ospf),
    statics: fc.tuple(some(staticRoutes), some(staticRoutes)),
    multipath: some(fc.boolean()),
    forwarding: fc.tuple(fc.boolean(), fc.boolean()),
    ids: some(fc.constantFrom('192.0.2.201', '192.0.2.203')),
    ways: fc
      .boolean()
      .chain((ipv6) => fc.record({ ipv6: fc.constant(ipv6), routes: fc.tuple(some(severalWays(ipv6)), some(severalWays(ipv6))) })),
  })
  .map(({ bgp: sessions, ospf: areas, statics, multipath, forwarding, ids, ways: { ipv6, routes } }) => {
    const [both, told] = [areas?.(sessions !== undefined), sessions?.(areas !== undefined)];
    return {
      nodes: Object.fromEntries(
        [0, 1].map((i) => [
          `r${i + 1}`,
          withoutGaps({
            forwarding: forwarding[i],
            routes: routes[i],
            interfaces: { lo: { addresses: [`192.0.2.1${i + 1}/32`] } },
            routing: withoutGaps({
              router_id: i === 0 ? ids : undefined,
              multipath,
              bgp: told?.[i],
              ospf: both?.[i],
              static: statics[i],
            }),
          }),
        ]),
      ),
      links: [
        {
          endpoints: [1, 2].map((end) => ({
            node: `r${end}`,
            interface: 'l',
            ipv4_address: `10.90.0.${end}/29`,
            ...(ipv6 ? { ipv6_address: `fd90::${end}/64` } : {}),
          })),
        },
      ],
    };
  });
