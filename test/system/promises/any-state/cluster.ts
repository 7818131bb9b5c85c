/** Two simulated hosts and a network that spans them, of any driver that does, with nodes on both. */
import fc from 'fast-check';
import { anyOf, rarely, some, withoutGaps, type Part } from './some.js';

const HOSTS = ['h1', 'h2'] as const;

type Driver = 'vxlan' | 'weave' | 'flannel' | 'calico';

const ofAllDrivers = {
  masquerade: fc.boolean(),
  isolated: fc.boolean(),
  mtu: fc.constantFrom(1300, 1400),
};

const ofTunnels = { vni: fc.constantFrom(71, 72), port: fc.constantFrom(4790, 4791) };

const underlay = fc.constantFrom('under', ['under']);

const overlay = (driver: 'vxlan' | 'weave'): fc.Arbitrary<Part> =>
  fc
    .tuple(
      fc.constantFrom<unknown>('10.81.0.0/24', ['10.81.0.0/24', 'fd81::/64'], '10.82.0.0/24'),
      anyOf({
        ...ofAllDrivers,
        ...ofTunnels,
        underlay,
        internal: fc.boolean(),
        icc: fc.boolean(),
        antispoof: fc.boolean(),
        dns: fc.constantFrom('hosts', 'server', 'none'),
        bridge_name: fc.constantFrom('br-span', 'span0'),
      }),
    )
    .map(([subnet, keys]) => ({ driver, subnet, ...keys }));

const flannel: fc.Arbitrary<Part> = fc
  .tuple(
    fc.constantFrom(24, 25),
    anyOf({ ...ofAllDrivers, ...ofTunnels, underlay, icc: fc.boolean(), bridge_name: fc.constantFrom('cni0', 'span0') }),
    anyOf({ backend: fc.constantFrom('vxlan', 'host-gw'), direct_routing: fc.boolean() }),
    some(fc.constantFrom({ h1: '10.244.1.0' }, { h1: '10.244.2.0', h2: '10.244.1.0' }, { h2: '10.244.7.0' })),
    some(fc.constant('10.244.128.0/17')),
  )
  .map(([length, keys, { backend, direct_routing }, hostSubnets, ip_range]) => {
    const plain = backend === 'host-gw';
    const { vni, port, ...others } = keys;
    return withoutGaps({
      driver: 'flannel',
      subnet: '10.244.0.0/16',
      subnet_len: length === 24 && backend === undefined ? undefined : length,
      ...others,
      ...(plain ? {} : { vni, port, direct_routing }),
      backend,
      ip_range,
      host_subnets:
        hostSubnets === undefined
          ? undefined
          : Object.fromEntries(Object.entries(hostSubnets).map(([host, first]) => [host, `${first}/${length}`])),
    });
  });

const labelled = fc.constantFrom({ app: 'web' }, { app: 'db' }, {});

const policy = fc.uniqueArray(
  fc
    .tuple(
      labelled,
      anyOf({
        from: fc.array(fc.oneof(labelled, fc.constantFrom('10.80.0.0/24', '192.0.2.0/24')), { maxLength: 2 }),
        ports: fc.uniqueArray(fc.constantFrom('tcp/80', 'udp/53', 'tcp/8000-8010', 'icmp'), { minLength: 1, maxLength: 2 }),
      }),
    )
    .map(([to, rest]) => ({ to, ...rest })),
  { maxLength: 2, selector: (rule) => JSON.stringify(rule) },
);

const calico: fc.Arbitrary<Part> = fc
  .tuple(
    fc.constantFrom<unknown>('10.244.0.0/16', ['10.244.0.0/16', 'fd44::/96'], '10.245.0.0/16'),
    anyOf({
      ...ofAllDrivers,
      underlay,
      internal: fc.boolean(),
      block_size: fc.constantFrom(26, 28),
      policy,
      bgp: fc.oneof(
        fc.record({ asn: fc.constantFrom(64512, 64513) }),
        fc.constant({ mesh: 'full' }),
        fc.record({ route_reflectors: fc.constantFrom(['h1'], ['h2']) }),
      ),
    }),
  )
  .map(([subnet, keys]) => ({ driver: 'calico', subnet, ...keys }));

const SPANS: Readonly<Record<Driver, fc.Arbitrary<Part>>> = { vxlan: overlay('vxlan'), weave: overlay('weave'), flannel, calico };

const member = (name: string, app: string, host: fc.Arbitrary<string>, port: number): fc.Arbitrary<Part> =>
  fc
    .record({
      host,
      networks: fc.oneof(
        fc.constant(['span']),
        some(fc.constantFrom(`02:00:00:00:01:0${port}`, `02:00:00:00:02:0${port}`)).map((mac_address) => ({
          span: withoutGaps({ mac_address }),
        })),
      ),
      labels: fc.constant({ app, ...(port === 1 ? { zone: 'z' } : {}) }),
      ports: some(fc.constantFrom([`808${port}:80`], [`809${port}:80`, `5300:53/udp`])),
      forwarding: some(fc.boolean()),
      run: rarely(fc.constantFrom(...[4, 5].map((n) => [{ name: 'r', command: ['sleep', `10000${n}`] }]))),
    })
    .map((node) => ({ [name]: withoutGaps(node) }));

export interface Cluster {
  readonly networks: Part;
  readonly hosts: Part;
  readonly nodes: Part;
}

export const anyCluster: fc.Arbitrary<Cluster> = fc
  .record({
    under: anyOf({ mtu: fc.constantFrom(1450, 9000), masquerade: fc.boolean(), dns: fc.constant('server') }),
    span: fc.oneof(...Object.values(SPANS)),
    p: member('p', 'web', fc.constant('h1'), 1),
    q: member('q', 'db', fc.constant('h2'), 2),
    s: some(member('s', 'db', fc.constantFrom(...HOSTS), 3)),
    second: fc.constantFrom('10.80.0.12', '10.80.0.13'),
    tenant: rarely(fc.constantFrom(...HOSTS).map((host) => ({ tenant: { host, network_mode: 'host' } }))),
  })
  .map(({ under, span, p, q, s, second, tenant }) => ({
    networks: {
      under: { subnet: JSON.stringify(span['subnet']).includes('::') ? ['10.80.0.0/24', 'fd80::/64'] : '10.80.0.0/24', ...under },
      span,
    },
    hosts: { h1: { networks: { under: '10.80.0.11' } }, h2: { networks: { under: second } } },
    nodes: { ...p, ...q, ...s, ...tenant },
  }));
