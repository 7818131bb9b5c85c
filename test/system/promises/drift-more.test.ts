/** Interfaces on a LAN, flannel's tunnel and calico's routes, changed by hand: seen, named and put back. */
import { afterAll, beforeAll, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';
import { MORE_KINDS } from './more-kinds.js';

const NODE = 'macvlan:more.m1/eth0';
const SHIM = 'macvlan:more.h1/mv-0127caa6';
const TUNNEL = 'vxlan:more.h1/flannel.73';
const MAC = 'fe:ff:fa:6a:54:bd';
const CALI = 'calieeda76cca47';
const END = 'veth:more.c1/eth0';

const inNode = (command: string): string => `ip -n more.m1 ${command}`;
const inHost = (command: string): string => `ip -n more.h1 ${command}`;
const tunnel = (words: string): string => inHost(`link set flannel.73 ${words}`);

const lan: readonly Drift[] = [
  { name: 'macvlan mtu', by: inNode('link set eth0 mtu 1400'), seen: [`~ ${NODE} mtu`] },
  { name: 'macvlan mac', by: inNode('link set eth0 address 02:00:00:00:72:99'), seen: [`~ ${NODE} mac`] },
  { name: 'macvlan mode', by: inNode('link set eth0 type macvlan mode private'), seen: [`~ ${NODE} mode`] },
  { name: 'macvlan bc_queue_len', by: inNode('link set eth0 type macvlan bcqueuelen 500'), seen: [`~ ${NODE} bc_queue_len`] },
  { name: 'macvlan txqlen', by: inNode('link set eth0 txqueuelen 7'), seen: [`~ ${NODE} txqlen`] },
  { name: 'macvlan without ARP', by: inNode('link set eth0 arp off'), seen: [`~ ${NODE} arp`] },
  { name: 'macvlan in promiscuous mode', by: inNode('link set eth0 promisc on'), seen: [`~ ${NODE} promisc`] },
  { name: 'macvlan told that it is down', by: inNode('link set eth0 protodown on'), seen: [`~ ${NODE} protodown`] },
  { name: 'macvlan group', by: inNode('link set eth0 group 7'), seen: [`~ ${NODE} group`] },
  { name: 'macvlan alias', by: inNode("link set eth0 alias ''"), seen: [`~ ${NODE} alias`] },
  { name: 'another name of a macvlan', by: inNode('link property add dev eth0 altname mine'), seen: [`~ ${NODE} altnames`] },
  { name: 'macvlan without link-local address', by: inNode('addr flush dev eth0 scope link'), seen: [`~ ${NODE} link_local`] },
  {
    name: 'macvlan down, with which its route goes',
    by: inNode('link set eth0 down'),
    seen: ['+ route:more.m1/0.0.0.0/0', `~ ${NODE} up`],
  },
  {
    name: 'macvlan deleted',
    by: inNode('link del eth0'),
    seen: ['+ address:more.m1/eth0/10.72.1.130/24', `+ ${NODE}`, '+ route:more.m1/0.0.0.0/0'],
    anew: ['more.m1/eth0'],
  },
  { name: 'shim mtu', by: inHost('link set mv-0127caa6 mtu 1300'), seen: [`~ ${SHIM} mtu`] },
  { name: 'shim mode', by: inHost('link set mv-0127caa6 type macvlan mode vepa'), seen: [`~ ${SHIM} mode`] },
  { name: 'route of the shim', by: inHost('route del 10.72.1.131'), seen: ['+ route:more.h1/10.72.1.131/32'] },
  {
    name: 'shim deleted',
    by: inHost('link del mv-0127caa6'),
    seen: [
      '+ address:more.h1/mv-0127caa6/10.72.1.200/32',
      `+ ${SHIM}`,
      '+ route:more.h1/10.72.1.130/32',
      '+ route:more.h1/10.72.1.131/32',
      ...['accept_dad', 'accept_ra', 'disable_ipv6'].map((key) => `+ sysctl:more.h1/net.ipv6.conf.mv-0127caa6.${key}`),
    ],
    anew: ['more.h1/mv-0127caa6'],
  },
];

const flannel: readonly Drift[] = [
  { name: 'tunnel mtu', by: tunnel('mtu 1300'), seen: [`~ ${TUNNEL} mtu`] },
  { name: 'tunnel learning', by: tunnel('type vxlan learning'), seen: [`~ ${TUNNEL} vxlan_learning`] },
  { name: 'tunnel local', by: tunnel('type vxlan local 10.72.1.12'), seen: [`~ ${TUNNEL} local`] },
  { name: 'tunnel ttl', by: tunnel('type vxlan ttl 9'), seen: [`~ ${TUNNEL} ttl`] },
  { name: 'tunnel txqlen', by: tunnel('txqueuelen 7'), seen: [`~ ${TUNNEL} txqlen`] },
  { name: 'tunnel for all multicast', by: tunnel('allmulticast on'), seen: [`~ ${TUNNEL} allmulticast`] },
  { name: 'tunnel group', by: tunnel('group 7'), seen: [`~ ${TUNNEL} group`] },
  { name: 'tunnel alias', by: tunnel("alias ''"), seen: [`~ ${TUNNEL} alias`] },
  {
    name: 'tunnel mac, with which the kernel forgets neighbours',
    by: tunnel('address 02:00:00:00:72:99'),
    seen: ['+ neighbours:more.h1/flannel.73', `~ ${TUNNEL} mac`],
  },
  {
    name: 'tunnel down',
    by: tunnel('down'),
    seen: ['+ neighbours:more.h1/flannel.73', '+ route:more.h1/10.73.2.0/24', `~ ${TUNNEL} up`],
  },
  { name: 'fdb entry deleted', by: `bridge -n more.h1 fdb del ${MAC} dev flannel.73`, seen: ['+ fdb:more.h1/flannel.73'] },
  {
    name: 'fdb entry elsewhere',
    by: `bridge -n more.h1 fdb replace ${MAC} dev flannel.73 dst 10.72.1.99 self permanent`,
    seen: [`~ fdb:more.h1/flannel.73 ${MAC}`],
  },
  {
    name: 'fdb entry through another port and network',
    by: `bridge -n more.h1 fdb replace ${MAC} dev flannel.73 dst 10.72.1.12 port 9999 vni 5 self permanent`,
    seen: [`~ fdb:more.h1/flannel.73 ${MAC}`],
  },
  {
    name: 'address of the tunnel, the last of IPv4: its neighbours and routes go too',
    by: inHost('addr del 10.73.1.0/32 dev flannel.73'),
    seen: ['+ address:more.h1/flannel.73/10.73.1.0/32', '+ neighbours:more.h1/flannel.73', '+ route:more.h1/10.73.2.0/24'],
  },
  {
    name: 'tunnel deleted',
    by: inHost('link del flannel.73'),
    seen: [
      '+ address:more.h1/flannel.73/10.73.1.0/32',
      '+ fdb:more.h1/flannel.73',
      '+ neighbours:more.h1/flannel.73',
      '+ route:more.h1/10.73.2.0/24',
      '+ sysctl:more.h1/net.ipv6.conf.flannel/73.accept_ra',
      `+ ${TUNNEL}`,
    ],
    anew: ['more.h1/flannel.73'],
  },
];

const calico: readonly Drift[] = [
  { name: 'end of a node: mac', by: inHost(`link set ${CALI} address 02:00:00:00:72:99`), seen: [`~ ${END} peer_mac`] },
  { name: 'route to a node', by: inHost('route del 10.74.1.10'), seen: ['+ route:more.h1/10.74.1.10/32'] },
  { name: 'blackhole of a block', by: inHost('route del blackhole 10.74.1.0/26'), seen: ['+ route:more.h1/10.74.1.0/26'] },
  {
    name: 'answering for the gateway',
    by: `ip netns exec more.h1 sysctl -qw net.ipv4.conf.${CALI}.proxy_arp=0`,
    seen: [`~ sysctl:more.h1/net.ipv4.conf.${CALI}.proxy_arp value`],
  },
  {
    name: 'senders that a policy lets through',
    by: 'ip netns exec more.h2 nft flush map inet topo_more senders-cells.800175-4',
    seen: ['~ nftables:more.h2/topo_more map senders-cells.800175-4'],
  },
];

let built: Built;
beforeAll(async () => {
  built = await Built.create(MORE_KINDS);
}, 60_000);
afterAll(() => built.world.dispose());

test.each([...lan, ...flannel, ...calico])('$name', (drift) => built.check(drift), 60_000);
