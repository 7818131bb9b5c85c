/** What is in namespaces changed by hand: each change is seen, named and put back, and nothing else is touched. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';
import { LEAF_COMMAND } from './every-kind.js';
import { changesOf, planOf } from './program.js';

const ROUTER = 'ip -n every.router';
const WEB = 'ip -n every.web';
const LEAF = 'ip -n every.leaf';

const joined: readonly Drift[] = [
  {
    name: 'mark of a node that joins another',
    by: `${ROUTER} link property del dev lo altname joined:every.guest`,
    seen: ['+ joined:every.router/guest'],
  },
  {
    name: 'mark of a node in the host’s namespace',
    by: 'ip link property del dev lo altname joined:every.ground',
    seen: ['+ joined:host/ground'],
  },
  {
    name: 'mark of a node that nobody declared',
    by: `${LEAF} link property add dev lo altname joined:every.nobody`,
    seen: ['- joined:every.leaf/nobody'],
  },
];

const commands: readonly Drift[] = [
  { name: 'command of run killed', by: 'pkill -KILL -f "^sleep 100002"; sleep 0.3', seen: ['~ process:guest/idle state'] },
  {
    name: 'mark of a command that was run',
    by: `${LEAF} link property del dev lo altname "$(${LEAF} -j link show lo | grep -o 'exec:[0-9a-f]*')"`,
    seen: [`+ ${LEAF_COMMAND}`],
  },
];

const addresses: readonly Drift[] = [
  { name: 'address added in a node', by: `${LEAF} addr add 10.99.9.9/24 dev mid`, seen: ['- address:every.leaf/mid/10.99.9.9/24'] },
  {
    name: 'address added in the same subnet',
    by: `${LEAF} addr add 10.71.10.3/30 dev mid`,
    seen: ['- address:every.leaf/mid/10.71.10.3/30'],
  },
  {
    name: 'IPv6 address added in a node',
    by: `${WEB} addr add fd99::9/64 dev front0 nodad`,
    seen: ['- address:every.web/front0/fd99::9/64'],
  },
  {
    name: 'link-local addresses added in a node and on a bridge',
    by: `${WEB} addr add fe80::99/64 dev front0; ip addr add fe80::98/64 dev br-4045f3ee`,
    seen: ['- address:every.web/front0/fe80::99/64', '- address:host/br-4045f3ee/fe80::98/64'],
  },
  { name: 'address added on lo', by: `${ROUTER} addr add 10.99.9.9/32 dev lo`, seen: ['- address:every.router/lo/10.99.9.9/32'] },
  { name: 'address added on a bridge', by: 'ip addr add 10.99.9.9/24 dev ek-back', seen: ['- address:host/ek-back/10.99.9.9/24'] },
  { name: 'address removed in a node', by: `${LEAF} addr del 10.71.10.2/30 dev mid`, seen: ['+ address:every.leaf/mid/10.71.10.2/30'] },
  {
    name: 'address removed with the routes that stood on it',
    by: `${ROUTER} addr del 10.71.9.2/30 dev up`,
    seen: [
      '+ address:every.router/up/10.71.9.2/30',
      '+ route:every.router/10.73.0.0/16 metric 50',
      '+ route:every.router/table 100 0.0.0.0/0',
    ],
  },
  { name: 'IPv6 address removed', by: `${ROUTER} addr del fd71:ff::1/128 dev lo`, seen: ['+ address:every.router/lo/fd71:ff::1/128'] },
  { name: 'address removed from a bridge', by: 'ip addr del 10.71.2.1/24 dev ek-back', seen: ['+ address:host/ek-back/10.71.2.1/24'] },
  {
    name: 'scope of an address',
    by: `${LEAF} addr del 10.71.10.2/30 dev mid; ${LEAF} addr add 10.71.10.2/30 brd + scope link dev mid`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 scope'],
  },
  {
    name: 'broadcast address',
    by: `${LEAF} addr del 10.71.10.2/30 dev mid; ${LEAF} addr add 10.71.10.2/30 dev mid`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 broadcast'],
  },
  {
    name: 'peer of an address',
    by: `${LEAF} addr del 10.71.10.2/30 dev mid; ${LEAF} addr add 10.71.10.2 peer 10.71.10.1/30 brd + dev mid`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 peer'],
  },
  {
    name: 'lifetime of an address',
    by: `${LEAF} addr change 10.71.10.2/30 brd + dev mid valid_lft 1000 preferred_lft 500`,
    seen: ['~ address:every.leaf/mid/10.71.10.2/30 permanent'],
  },
  {
    name: 'lifetime of an IPv6 address',
    by: `${WEB} addr change fd71:1::10/64 dev front0 valid_lft 1000 preferred_lft 500 nodad`,
    seen: ['~ address:every.web/front0/fd71:1::10/64 permanent'],
  },
  {
    name: 'lifetime of an address of a bridge',
    by: 'ip addr change fd71:1::1/64 dev br-4045f3ee valid_lft 1000 preferred_lft 500 nodad',
    seen: ['~ address:host/br-4045f3ee/fd71:1::1/64 permanent'],
  },
  {
    name: 'route to the subnet removed',
    by: `${LEAF} route del 10.71.10.0/30`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 subnet_route'],
  },
  {
    name: 'IPv6 route to the subnet removed',
    by: `${WEB} -6 route del fd71:1::/64 dev front0`,
    seen: ['-/+ address:every.web/front0/fd71:1::10/64 subnet_route'],
  },
  {
    name: 'route to the subnet of a bridge removed',
    by: 'ip route del 10.71.2.0/24',
    seen: ['-/+ address:host/ek-back/10.71.2.1/24 subnet_route'],
  },
  {
    name: 'noprefixroute',
    by: `${WEB} addr change fd71:1::10/64 dev front0 nodad noprefixroute`,
    seen: ['-/+ address:every.web/front0/fd71:1::10/64 noprefixroute'],
  },
];

const WEB_V6 = [
  '+ address:every.web/front0/fd71:1::10/64',
  '+ route:every.web/::/0',
  '- sysctl:every.web/net.ipv6.conf.front0.disable_ipv6',
];

/** What the kernel makes by itself in a namespace, and nobody else can be without. */
const kernels: readonly Drift[] = [
  {
    name: 'addresses of lo',
    by: 'ip -n every.alone addr flush dev lo',
    seen: ['~ loopback:every.alone/lo own_addresses'],
  },
  { name: 'IPv4 address of lo', by: `${WEB} addr del 127.0.0.1/8 dev lo`, seen: ['~ loopback:every.web/lo own_addresses'] },
  {
    name: 'all addresses of a lo that has others',
    by: `${ROUTER} addr flush dev lo`,
    seen: [
      '+ address:every.router/lo/10.71.255.1/32',
      '+ address:every.router/lo/fd71:ff::1/128',
      '~ loopback:every.router/lo own_addresses',
    ],
  },
  {
    name: 'default rules',
    by: `${ROUTER} rule del priority 32766; ${ROUTER} rule del priority 32767; ${ROUTER} rule del priority 0`,
    seen: ['~ netns:every.router default_rules'],
  },
  { name: 'default rules of IPv6', by: `${WEB} -6 rule flush; ${WEB} -6 rule del priority 0`, seen: ['~ netns:every.web default_rules'] },
  {
    name: 'default rule with another table',
    by: `${WEB} rule del priority 32766; ${WEB} rule add priority 32766 table 7`,
    seen: ['- rule:every.web/priority 32766 table 7', '~ netns:every.web default_rules'],
  },
  {
    name: 'local route of an address removed',
    by: `${LEAF} route del local 10.71.10.2 dev mid table local`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 local_route'],
  },
  {
    name: 'local table flushed',
    by: `${LEAF} route flush table local`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 local_route', '~ loopback:every.leaf/lo own_addresses'],
  },
  {
    name: 'all IPv4 routes flushed',
    by: `${LEAF} -4 route flush table all`,
    seen: ['-/+ address:every.leaf/mid/10.71.10.2/30 subnet_route local_route', '~ loopback:every.leaf/lo own_addresses'],
  },
  {
    name: 'IPv6 of an interface switched off',
    by: 'ip netns exec every.web sysctl -qw net.ipv6.conf.front0.disable_ipv6=1',
    seen: WEB_V6,
  },
  {
    name: 'IPv6 of the host end of a link switched off',
    by: 'sysctl -qw net.ipv6.conf.ek-up.disable_ipv6=1',
    seen: ['+ address:host/ek-up/fd71:9::1/64', '- sysctl:host/net.ipv6.conf.ek-up.disable_ipv6'],
  },
];

const R72 = 'route:every.router/10.72.0.0/16';
const R73 = 'route:every.router/10.73.0.0/16 metric 50';
const R74 = 'route:every.router/10.74.0.0/16';
const R73V6 = 'route:every.router/fd73::/64';

const routes: readonly Drift[] = [
  { name: 'route removed', by: `${ROUTER} route del 10.72.0.0/16`, seen: [`+ ${R72}`] },
  { name: 'default route removed', by: `${WEB} route del default`, seen: ['+ route:every.web/0.0.0.0/0'] },
  { name: 'IPv6 default route removed', by: `${WEB} -6 route del default`, seen: ['+ route:every.web/::/0'] },
  { name: 'blackhole removed', by: `${ROUTER} route del blackhole 10.74.0.0/16`, seen: [`+ ${R74}`] },
  { name: 'unreachable removed', by: `${ROUTER} -6 route del unreachable fd72::/64`, seen: ['+ route:every.router/fd72::/64'] },
  { name: 'route of another table removed', by: `${ROUTER} route flush table 100`, seen: ['+ route:every.router/table 100 0.0.0.0/0'] },
  { name: 'via', by: `${ROUTER} route change 10.72.0.0/16 via 10.71.2.11 proto 84`, seen: [`~ ${R72} via`] },
  { name: 'dev', by: `${ROUTER} route change 10.75.0.0/16 dev up proto 84`, seen: ['~ route:every.router/10.75.0.0/16 dev'] },
  { name: 'via and dev', by: `${ROUTER} route change 10.72.0.0/16 via 10.71.9.1 proto 84`, seen: [`~ ${R72} via dev`] },
  { name: 'IPv6 via', by: `${ROUTER} -6 route change fd73::/64 via fd71:9::5 proto 84`, seen: [`~ ${R73V6} via`] },
  {
    name: 'mtu',
    by: `${ROUTER} route change 10.73.0.0/16 via 10.71.9.1 metric 50 mtu 1200 src 10.71.9.2 proto 84`,
    seen: [`~ ${R73} mtu`],
  },
  {
    name: 'src',
    by: `${ROUTER} route change 10.73.0.0/16 via 10.71.9.1 metric 50 mtu 1300 src 10.71.255.1 proto 84`,
    seen: [`~ ${R73} src`],
  },
  { name: 'onlink', by: `${ROUTER} route change 10.72.0.0/16 via 10.71.2.10 dev eth0 onlink proto 84`, seen: [`~ ${R72} onlink`] },
  { name: 'protocol of a route', by: `${ROUTER} route change 10.72.0.0/16 via 10.71.2.10 proto static`, seen: [`~ ${R72} protocol`] },
  { name: 'type of a route', by: `${ROUTER} route change prohibit 10.74.0.0/16 proto 84`, seen: [`~ ${R74} type`] },
  {
    name: 'scope of a route',
    by: `${ROUTER} route change 10.75.0.0/16 dev mid proto 84 scope global`,
    seen: ['~ route:every.router/10.75.0.0/16 scope'],
  },
  {
    name: 'several next hops',
    by: `${ROUTER} route change 10.72.0.0/16 proto 84 nexthop via 10.71.2.10 nexthop via 10.71.9.1`,
    seen: [`~ ${R72} nexthops via dev`],
  },
  {
    name: 'metric of a route',
    by: `${ROUTER} route del 10.72.0.0/16; ${ROUTER} route add 10.72.0.0/16 via 10.71.2.10 metric 9 proto 84`,
    seen: [`+ ${R72}`, `- ${R72} metric 9`],
  },
  { name: 'route added', by: `${ROUTER} route add 10.99.0.0/16 via 10.71.2.10`, seen: ['- route:every.router/10.99.0.0/16'] },
  {
    name: 'static route added',
    by: `${ROUTER} route add 10.99.0.0/16 via 10.71.2.10 proto static`,
    seen: ['- route:every.router/10.99.0.0/16'],
  },
  { name: 'IPv6 route added', by: `${ROUTER} -6 route add fd99::/64 via fd71:9::1`, seen: ['- route:every.router/fd99::/64'] },
  { name: 'blackhole added', by: `${ROUTER} route add blackhole 10.99.0.0/16`, seen: ['- route:every.router/10.99.0.0/16'] },
  { name: 'IPv6 blackhole added', by: `${ROUTER} -6 route add blackhole fd99::/64`, seen: ['- route:every.router/fd99::/64'] },
  { name: 'second route to a destination', by: `${ROUTER} route append 10.72.0.0/16 via 10.71.2.11 proto 84`, seen: [`- ${R72} again`] },
  { name: 'second IPv6 next hop', by: `${ROUTER} -6 route append fd73::/64 via fd71:9::5 proto 84`, seen: [`~ ${R73V6} nexthops via dev`] },
];

const rules: readonly Drift[] = [
  { name: 'rule removed', by: `${ROUTER} rule del priority 1000`, seen: ['+ rule:every.router/priority 1000 from 10.71.2.0/24 table 100'] },
  {
    name: 'rule added',
    by: `${ROUTER} rule add to 10.9.0.0/16 priority 7 table 100`,
    seen: ['- rule:every.router/priority 7 to 10.9.0.0/16 table 100'],
  },
  {
    name: 'rule with words of its own added',
    by: `${ROUTER} rule add to 10.9.0.0/16 tos 8 priority 7 table 100`,
    seen: ['- rule:every.router/priority 7 to 10.9.0.0/16 other tos 0x8 table 100'],
  },
  {
    name: 'IPv6 rule removed',
    by: `${ROUTER} -6 rule del priority 1001`,
    seen: ['+ rule:every.router/ipv6 priority 1001 iif eth0 fwmark 7 table 100'],
  },
  {
    name: 'rule changed',
    by: `${ROUTER} rule del priority 1000; ${ROUTER} rule add from 10.71.3.0/24 priority 1000 table 100`,
    seen: [
      '+ rule:every.router/priority 1000 from 10.71.2.0/24 table 100',
      '- rule:every.router/priority 1000 from 10.71.3.0/24 table 100',
    ],
  },
];

const N77 = 'neighbour:every.web/front0/10.71.1.77';

const neighbours: readonly Drift[] = [
  { name: 'neighbour removed', by: `${WEB} neigh del 10.71.1.77 dev front0`, seen: [`+ ${N77}`] },
  {
    name: 'neighbour changed',
    by: `${WEB} neigh replace 10.71.1.77 lladdr 02:00:00:00:00:01 nud permanent dev front0`,
    seen: [`~ ${N77} mac`],
  },
  {
    name: 'neighbour no longer permanent',
    by: `${WEB} neigh replace 10.71.1.77 lladdr 02:00:00:00:00:77 nud reachable dev front0`,
    seen: [`+ ${N77}`],
  },
  {
    name: 'neighbour added',
    by: `${WEB} neigh add 10.71.1.99 lladdr 02:00:00:00:00:99 nud permanent dev front0`,
    seen: ['- neighbour:every.web/front0/10.71.1.99'],
  },
];

const inside = (netns: string, setting: string): string => `ip netns exec ${netns} sysctl -qw ${setting}`;

const sysctls: readonly Drift[] = [
  {
    name: 'sysctl of a node',
    by: inside('every.web', 'net.ipv4.conf.all.rp_filter=1'),
    seen: ['~ sysctl:every.web/net.ipv4.conf.all.rp_filter value'],
  },
  {
    name: 'sysctl of an interface',
    by: inside('every.web', 'net.ipv4.conf.front0.arp_ignore=0'),
    seen: ['~ sysctl:every.web/net.ipv4.conf.front0.arp_ignore value'],
  },
  {
    name: 'forwarding off',
    by: inside('every.router', 'net.ipv4.ip_forward=0'),
    seen: ['~ netns:every.router net.ipv4.ip_forward'],
  },
  {
    name: 'IPv6 forwarding off',
    by: inside('every.router', 'net.ipv6.conf.all.forwarding=0'),
    seen: ['~ netns:every.router net.ipv6.conf.all.forwarding'],
  },
  { name: 'forwarding on', by: inside('every.web', 'net.ipv4.ip_forward=1'), seen: ['~ netns:every.web net.ipv4.ip_forward'] },
  {
    name: 'IPv6 on',
    by: inside('every.leaf', 'net.ipv6.conf.mid.disable_ipv6=0'),
    seen: ['~ sysctl:every.leaf/net.ipv6.conf.mid.disable_ipv6 value'],
  },
  { name: 'forwarding of the host', by: 'sysctl -qw net.ipv4.ip_forward=0', seen: ['~ sysctl:host/net.ipv4.ip_forward value'] },
  {
    name: 'IPv6 forwarding of the host',
    by: 'sysctl -qw net.ipv6.conf.all.forwarding=0',
    seen: ['~ sysctl:host/net.ipv6.conf.all.forwarding value'],
  },
  {
    name: 'route_localnet of a bridge',
    by: 'sysctl -qw net.ipv4.conf.br-4045f3ee.route_localnet=0',
    seen: ['~ sysctl:host/net.ipv4.conf.br-4045f3ee.route_localnet value'],
  },
  {
    name: 'IPv6 of a bridge',
    by: 'sysctl -qw net.ipv6.conf.ek-back.disable_ipv6=0',
    seen: ['~ sysctl:host/net.ipv6.conf.ek-back.disable_ipv6 value'],
  },
  {
    name: 'accept_ra of a bridge',
    by: 'sysctl -qw net.ipv6.conf.ek-back.accept_ra=1',
    seen: ['~ sysctl:host/net.ipv6.conf.ek-back.accept_ra value'],
  },
];

let built: Built;

beforeAll(async () => {
  built = await Built.create();
});
afterAll(() => built.world.dispose());

test.each([...joined, ...commands, ...addresses, ...kernels, ...routes, ...rules, ...neighbours, ...sysctls])('$name', (drift) =>
  built.check(drift),
);

test('IPv6 switched off in a whole node: each interface that has addresses of it, and the default of new ones', () => {
  const { world, file } = built;
  world.must('ip netns exec every.web sysctl -qw net.ipv6.conf.all.disable_ipv6=1');
  expect(changesOf(planOf(world, file))).toEqual(
    [
      ...WEB_V6,
      '+ address:every.web/eth1/fd71:5::10/64',
      ...['default', 'eth1', 'lo'].map((name) => `- sysctl:every.web/net.ipv6.conf.${name}.disable_ipv6`),
    ].sort(),
  );
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  expect(world.must('ip -n every.web addr show dev lo')).toContain('::1/128');
});
