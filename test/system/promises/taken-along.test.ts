/** What the kernel takes along with a change is in the plan, and there again afterwards. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { changesOf, planOf } from './program.js';

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const lab = (
  { address = '10.1.0.5', prefix = 24, mac = '02:00:00:00:00:05', mtu = 1500, state = 'up' } = {},
  routeMtu = 1400,
): string => `name: v
networks: { n: { subnet: [10.1.0.0/${prefix}, 'fd01::/64'], gateway: none } }
nodes:
  a:
    networks: { n: { ipv4_address: ${address}, ipv6_address: 'fd01::5', mac_address: '${mac}' } }
    interfaces: { eth0: { mtu: ${mtu}, state: ${state} } }
    neighbours:
      - { address: 10.1.0.77, mac_address: '02:00:00:00:00:09', dev: eth0 }
      - { address: 'fd01::77', mac_address: '02:00:00:00:00:09', dev: eth0 }
    routes:
      - { to: 10.9.0.0/16, via: 10.1.0.1 }
      - { to: 'fd09::/64', via: 'fd01::1', mtu: ${routeMtu} }
      - { to: 'fd0a::/64', via: 'fd01::1' }
`;

const N4 = 'neighbour:v.a/eth0/10.1.0.77';
const N6 = 'neighbour:v.a/eth0/fd01::77';
const VETH = 'veth:v.a/eth0';

interface Change {
  readonly name: string;
  readonly from?: string;
  readonly to: string;
  readonly seen: readonly string[];
}

const CHANGES: readonly Change[] = [
  {
    name: 'another address',
    to: lab({ address: '10.1.0.6' }),
    seen: [
      '+ address:v.a/eth0/10.1.0.6/24',
      '- address:v.a/eth0/10.1.0.5/24',
      '~ names:host/n hosts',
      `~ ${N4}`,
      '~ route:v.a/10.9.0.0/16',
    ],
  },
  {
    name: 'another prefix length',
    to: lab({ prefix: 23 }),
    seen: ['+ address:v.a/eth0/10.1.0.5/23', '- address:v.a/eth0/10.1.0.5/24', `~ ${N4}`, '~ route:v.a/10.9.0.0/16'],
  },
  { name: 'another MAC', to: lab({ mac: '02:00:00:00:00:06' }), seen: [`~ ${N4}`, `~ ${N6}`, `~ ${VETH} mac`] },
  {
    name: 'a neighbour with another MAC',
    to: lab().replace("10.1.0.77, mac_address: '02:00:00:00:00:09'", "10.1.0.77, mac_address: '02:00:00:00:00:0a'"),
    seen: [`~ ${N4} mac`],
  },
  {
    name: 'another router of one route, another MTU of another',
    to: lab({}, 1350).replace('via: 10.1.0.1 ', 'via: 10.1.0.2 '),
    seen: ['~ route:v.a/10.9.0.0/16 via', '~ route:v.a/fd09::/64 mtu'],
  },
  { name: 'a smaller MTU', to: lab({ mtu: 1300 }), seen: ['~ route:v.a/fd09::/64', `~ ${VETH} mtu`] },
  {
    name: 'a larger MTU than the one that the route has too',
    from: lab({ mtu: 1300 }, 1300),
    to: lab({}, 1300),
    seen: ['~ route:v.a/fd09::/64', `~ ${VETH} mtu`],
  },
  {
    name: 'an interface that comes up',
    from: lab({ state: 'down' }),
    to: lab(),
    seen: [
      '+ address:v.a/eth0/fd01::5/64',
      `+ ${N4}`,
      `+ ${N6}`,
      '+ route:v.a/10.9.0.0/16',
      '+ route:v.a/fd09::/64',
      '+ route:v.a/fd0a::/64',
      `~ ${VETH} up`,
    ],
  },
  {
    name: 'an interface that goes down',
    to: lab({ state: 'down' }),
    seen: [
      '- address:v.a/eth0/fd01::5/64',
      `- ${N4}`,
      `- ${N6}`,
      '- route:v.a/10.9.0.0/16',
      '- route:v.a/fd09::/64',
      '- route:v.a/fd0a::/64',
      `~ ${VETH} up`,
    ],
  },
];

test.each(CHANGES)('$name', ({ from = lab(), to, seen }) => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', from));
  const file = world.file('topo.yaml', to);
  expect(changesOf(planOf(world, file))).toEqual([...seen].sort());
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
});

const names = (networks: string, attachment = ''): string => `name: w
networks: { ${networks} }
nodes: { a: { networks: { n: {${attachment}} } }, b: { networks: [m] } }
`;

const NAMES: readonly { readonly name: string; readonly before: string; readonly after: string }[] = [
  {
    name: 'two networks exchange their bridges',
    before: names('n: { bridge_name: x1 }, m: { bridge_name: x2 }'),
    after: names('n: { bridge_name: x2 }, m: { bridge_name: x1 }'),
  },
  {
    name: "a new bridge takes over an old one's second name",
    before: names('n: { bridge_name: x1 }, m: { bridge_name: x2 }'),
    after: names('n: { bridge_name: x3 }, m: { bridge_name: x1 }'),
  },
  {
    name: "a bridge's name becomes that of a veth's end",
    before: names('n: { bridge_name: x1 }, m: {}'),
    after: names('n: {}, m: {}', 'host_interface: x1'),
  },
];

test.each(NAMES)('$name, and back', ({ before, after }) => {
  for (const text of [before, after, before]) {
    const file = world.file('topo.yaml', text);
    world.mustTopo('apply', '--yes', file);
    expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  }
  world.mustTopo('destroy', '--yes', '--lab', 'w');
});

test('a route that moves to a link which is made anew', () => {
  const text = (n: string, m: string): string => `name: r
networks: { n: { subnet: 10.2.0.0/24${n} }, m: { subnet: 10.3.0.0/24 } }
nodes: { a: { networks: { n: {}, m: {${m}} } } }
`;
  world.mustTopo('apply', '--yes', world.file('topo.yaml', text('', '')));
  const file = world.file('topo.yaml', text(', internal: true', ' host_interface: x2 '));
  expect(changesOf(planOf(world, file))).toContain('~ route:r.a/0.0.0.0/0 via dev');
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', file);
});

test("the lab's own bridge cannot become external: an error before anything is done", () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', names('n: { bridge_name: x1 }, m: {}')));
  const look = 'ip -br link; ip -4 -o addr; ip netns; nft list ruleset; ip -n w.a -4 -o addr';
  const before = world.must(look);
  const { status, stderr } = world.topo([
    'apply',
    '--yes',
    world.file('topo.yaml', names('n: { bridge_name: x1, external: true }, m: {}')),
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/topo\.yaml:3:\d+: error.*\[external-bridge-own\]/);
  expect(world.must(look)).toBe(before);
  world.mustTopo('destroy', '--yes', '--lab', 'w');
});

test("lo's own addresses can be written, from the first apply on", () => {
  const file = world.file(
    'lo.yaml',
    "name: l\nnodes: { a: { network_mode: none, interfaces: { lo: { addresses: [127.0.0.1/8, '::1/128', 10.0.0.1/32] } } } }\n",
  );
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', file);
});

const spanned = (driver: string): string => `name: w
defaults: { ipv6: false }
networks: { under: { subnet: 10.80.0.0/24 }, span: { driver: ${driver}, subnet: 10.244.0.0/16, underlay: under } }
hosts: { h1: { networks: { under: 10.80.0.11 } } }
nodes: { p: { host: h1, networks: [span] } }
`;

test('settings of an interface that another network makes anew, under the same name', () => {
  world.mustTopo('apply', '--yes', world.file('spanned.yaml', spanned('calico')));
  const after = world.file('spanned.yaml', spanned('flannel'));
  world.mustTopo('apply', '--yes', after);
  expect(world.mustTopo('plan', after)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', after);
});
