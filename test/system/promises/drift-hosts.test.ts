/** What networks have made in the namespace of a simulated host, changed by hand: seen, named and put back. */
import { afterAll, beforeAll, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';

const RACK = 'bridge:every.m1/ek-rack';
const APP = 'veth:every.app/eth0';
const TABLE = 'inet topo_every';
const RULES = 'nftables:every.m1/topo_every';

const inHost = (command: string): string => `ip netns exec every.m1 ${command}`;

const bridges: readonly Drift[] = [
  { name: 'bridge mtu', by: inHost('ip link set ek-rack mtu 1300'), seen: [`~ ${RACK} mtu`] },
  { name: 'bridge mac', by: inHost('ip link set ek-rack address 02:00:00:00:00:99'), seen: [`~ ${RACK} mac`] },
  { name: 'bridge down', by: inHost('ip link set ek-rack down'), seen: ['+ address:every.m1/ek-rack/fd71:3::1/64', `~ ${RACK} up`] },
  { name: 'bridge alias removed', by: inHost("ip link set ek-rack alias ''"), seen: [`~ ${RACK} alias`] },
  { name: 'bridge group', by: inHost('ip link set ek-rack group 7'), seen: [`~ ${RACK} group`] },
  {
    name: 'bridge altname removed',
    by: inHost('ip link property del dev ek-rack altname topo.every.rack'),
    seen: [`~ ${RACK} altnames`],
  },
  { name: 'bridge stp_state', by: inHost('ip link set ek-rack type bridge stp_state 1'), seen: [`~ ${RACK} stp_state`] },
  {
    name: 'a bridge that nobody declared',
    by: inHost('ip link add mine type bridge'),
    seen: ['- link:every.m1/mine'],
  },
];

const ports: readonly Drift[] = [
  { name: 'port hairpin', by: inHost('ip link set ek-app type bridge_slave hairpin off'), seen: [`~ ${APP} peer_hairpin`] },
  { name: 'port isolated', by: inHost('ip link set ek-app type bridge_slave isolated on'), seen: [`~ ${APP} peer_isolated`] },
  { name: 'port mtu', by: inHost('ip link set ek-app mtu 1400'), seen: [`~ ${APP} peer_mtu`] },
  { name: 'port down', by: inHost('ip link set ek-app down'), seen: [`~ ${APP} peer_up`] },
  {
    name: 'port taken from the bridge',
    by: inHost('ip link set ek-app nomaster'),
    seen: [
      `~ ${APP} peer_master peer_port_priority peer_cost peer_hairpin peer_guard peer_learning peer_flood peer_neigh_suppress peer_isolated`,
    ],
  },
  { name: 'port alias', by: inHost("ip link set ek-app alias ''"), seen: [`~ ${APP} peer_alias`] },
  {
    name: 'port deleted',
    by: inHost('ip link del ek-app'),
    seen: [
      `+ ${APP}`,
      '+ address:every.app/eth0/10.71.3.10/24',
      '+ address:every.app/eth0/fd71:3::7a6a:ba1d/64',
      '+ route:every.app/0.0.0.0/0',
      '+ route:every.app/::/0',
    ],
    anew: ['every.app/eth0', 'every.m1/ek-app'],
  },
];

const rules: readonly Drift[] = [
  {
    name: 'port of a published one edited',
    by: inHost(
      `sh -c "nft replace rule ${TABLE} published handle $(ip netns exec every.m1 nft -a list chain ${TABLE} published | grep -F 'dnat ip to 10.71.3.10:80' | sed 's/.*# handle //') tcp dport 8080 dnat ip to 10.71.3.10:81"`,
    ),
    seen: [`~ ${RULES} chain published`],
  },
  { name: 'rules flushed', by: inHost(`nft flush chain ${TABLE} postrouting`), seen: [`~ ${RULES} chain postrouting`] },
  { name: 'element deleted', by: inHost(`nft delete element ${TABLE} forward-to '{ "ek-rack" }'`), seen: [`~ ${RULES} map forward-to`] },
  { name: 'chain added', by: inHost(`nft add chain ${TABLE} mine`), seen: [`~ ${RULES} chain mine`] },
  { name: 'table deleted', by: inHost(`nft delete table ${TABLE}`), seen: [`+ ${RULES}`] },
];

const settings: readonly Drift[] = [
  {
    name: 'forwarding of IPv4',
    by: inHost('sysctl -qw net.ipv4.ip_forward=0'),
    seen: ['~ netns:every.m1 net.ipv4.ip_forward'],
  },
  {
    name: 'forwarding of IPv6',
    by: inHost('sysctl -qw net.ipv6.conf.all.forwarding=0'),
    seen: ['~ netns:every.m1 net.ipv6.conf.all.forwarding'],
  },
  {
    name: 'route_localnet',
    by: inHost('sysctl -qw net.ipv4.conf.ek-rack.route_localnet=0'),
    seen: ['~ sysctl:every.m1/net.ipv4.conf.ek-rack.route_localnet value'],
  },
  {
    name: 'accept_ra',
    by: inHost('sysctl -qw net.ipv6.conf.ek-rack.accept_ra=1'),
    seen: ['~ sysctl:every.m1/net.ipv6.conf.ek-rack.accept_ra value'],
  },
];

const addresses: readonly Drift[] = [
  {
    name: 'address of the gateway deleted',
    by: inHost('ip addr del 10.71.3.1/24 dev ek-rack'),
    seen: ['+ address:every.m1/ek-rack/10.71.3.1/24'],
  },
  {
    name: 'another address on the bridge',
    by: inHost('ip addr add 10.71.3.2/24 dev ek-rack'),
    seen: ['- address:every.m1/ek-rack/10.71.3.2/24'],
  },
  {
    name: 'a route of the host',
    by: inHost('ip route add 10.200.0.0/16 via 10.71.3.10'),
    seen: ['- route:every.m1/10.200.0.0/16'],
  },
  {
    name: 'default route of the host',
    by: inHost('ip route del default'),
    seen: ['+ route:every.m1/0.0.0.0/0'],
  },
];

const others: readonly Drift[] = [
  {
    name: 'DNS server killed',
    by: 'kill -9 $(ip netns pids every.m1); sleep 0.2',
    seen: ['~ process:@lab/dns-rack.every.m1 state'],
  },
  {
    name: 'a joined node forgotten',
    by: inHost('ip link property del dev lo altname joined:every.tenant'),
    seen: ['+ joined:every.m1/tenant'],
  },
];

let built: Built;

beforeAll(async () => {
  built = await Built.create();
});
afterAll(() => built.world.dispose());

test.each([...bridges, ...ports, ...rules, ...settings, ...addresses, ...others])('$name', (drift) => built.check(drift));
