/** An interface that `ignore` names is somebody else's, with all that stands on it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { changesOf, planOf } from './program.js';

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const lab = (ignore: string): string => `name: vpn
networks: { n: { subnet: 10.1.0.0/24 } }
nodes: { a: { ignore: [${ignore}], networks: [n] } }
`;

/** As a VPN would do it. */
const TUNNEL = [
  'link add tun0 type bridge',
  'addr add 10.8.0.2/24 dev tun0',
  'addr add fd08::2/64 dev tun0 nodad',
  'link set tun0 up',
  'route add 192.168.50.0/24 dev tun0',
  'route add fd50::/64 dev tun0',
  'neigh add 10.8.0.1 lladdr 02:00:00:00:00:01 dev tun0',
  'rule add iif tun0 table 51 priority 51',
]
  .map((command) => `ip -n vpn.a ${command}`)
  .join(' && ');

const LOOK = [
  'addr show dev tun0 scope global',
  'route show dev tun0',
  '-6 route show dev tun0',
  'neigh show dev tun0 nud permanent',
  'rule',
]
  .map((command) => `ip -n vpn.a ${command}`)
  .join('; ');

const ON_TUNNEL = [
  '- address:vpn.a/tun0/10.8.0.2/24',
  '- address:vpn.a/tun0/fd08::2/64',
  '- link:vpn.a/tun0',
  '- neighbour:vpn.a/tun0/10.8.0.1',
  '- route:vpn.a/192.168.50.0/24',
  '- route:vpn.a/fd50::/64',
  '- rule:vpn.a/priority 51 iif tun0 table 51',
];

test('what stands on an ignored interface is left alone; without the pattern it is drift', () => {
  const file = world.file('topo.yaml', lab("'tun*'"));
  world.mustTopo('apply', '--yes', file);
  world.must(TUNNEL);
  world.must('ip netns exec vpn.a sysctl -qw net.ipv4.conf.tun0.rp_filter=2');
  const before = world.must(LOOK);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  // What the node's own interfaces have more than the file says is drift as ever.
  world.must('ip -n vpn.a addr add 10.8.0.3/24 dev eth0');
  expect(changesOf(planOf(world, file))).toEqual(['- address:vpn.a/eth0/10.8.0.3/24']);
  world.mustTopo('apply', '--yes', file);
  expect(world.must(LOOK)).toBe(before);

  const strict = world.file('strict.yaml', lab(''));
  expect(changesOf(planOf(world, strict))).toEqual(ON_TUNNEL);
  world.mustTopo('apply', '--yes', strict);
  world.mustTopo('destroy', '--yes', strict);
});
