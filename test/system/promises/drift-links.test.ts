/** Links changed by hand: each change is seen, named and put back, and nothing else is touched. */
import { afterAll, beforeAll, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';
import { LEAF_COMMAND } from './every-kind.js';

const FRONT = 'bridge:host/br-4045f3ee';
const BACK = 'bridge:host/ek-back';
const WEB = 'veth:every.web/front0';
const UP = 'veth:every.router/up';
const CUT = 'veth:every.leaf/cut';
const LIMIT = 'qdisc:every.router/cut';
const tc = (words: string): string => `tc -n every.router qdisc ${words}`;
const WEB_BACK = 'veth:every.web/eth0';

/** An interface that moves loses its limit on the way; the other end stays, and goes with the link. */
const MOVED = [
  '- link:every.router/cut',
  '-/+ veth:every.leaf/cut name peer_netns mtu up txqlen mac group alias peer_mac',
  `-/+ ${LIMIT}`,
  '+ qdisc:every.leaf/cut',
];

const NO_MULTICAST = 'promisc on allmulticast on multicast off';
const FLAGS = `arp off ${NO_MULTICAST}`;
const LIMITS = 'ip -n every.web link set front0 gso_max_size 20000 gso_max_segs 20 gro_max_size 30000';
const MANY =
  'ip link set ek-web type bridge_slave bcast_flood off mcast_flood off locked on fastleave on root_block on proxy_arp on proxy_arp_wifi on ' +
  'mcast_router 2 mcast_to_unicast on group_fwd_mask 8 vlan_tunnel on';
const MANY_NAMES = [
  ...['root_block', 'fastleave', 'proxy_arp', 'proxy_arp_wifi', 'mcast_router', 'mcast_flood'],
  ...['mcast_to_unicast', 'vlan_tunnel', 'bcast_flood', 'group_fwd_mask', 'locked'],
]
  .map((name) => `peer_${name}`)
  .join(' ');

const MULTICAST =
  'group_address 01:80:c2:00:00:04 mcast_hash_max 64 mcast_last_member_count 4 mcast_startup_query_count 3 mcast_stats_enabled 1 ' +
  'mcast_igmp_version 3 mcast_mld_version 2 mcast_last_member_interval 200 mcast_membership_interval 20000 mcast_querier_interval 20000 ' +
  'mcast_query_interval 10000 mcast_query_response_interval 900';
const MULTICAST_NAMES = MULTICAST.split(' ')
  .filter((_, i) => i % 2 === 0)
  .join(' ');

/** What goes when an interface goes down: routes over it, and IPv6 addresses. */
const UP_ROUTES = [
  '+ route:every.router/10.73.0.0/16 metric 50',
  '+ route:every.router/table 100 0.0.0.0/0',
  '+ route:every.router/fd73::/64',
];

const bridges: readonly Drift[] = [
  { name: 'bridge mtu', by: 'ip link set ek-back mtu 1300', seen: [`~ ${BACK} mtu`] },
  { name: 'bridge mac', by: 'ip link set ek-back address 02:00:00:00:00:99', seen: [`~ ${BACK} mac`] },
  { name: 'bridge down', by: 'ip link set ek-back down', seen: [`~ ${BACK} up`] },
  { name: 'bridge down with IPv6', by: 'ip link set br-4045f3ee down', seen: ['+ address:host/br-4045f3ee/fd71:1::1/64', `~ ${FRONT} up`] },
  { name: 'bridge without link-local address', by: 'ip addr flush dev br-4045f3ee scope link', seen: [`~ ${FRONT} link_local`] },
  { name: 'bridge txqueuelen', by: 'ip link set ek-back txqueuelen 77', seen: [`~ ${BACK} txqlen`] },
  { name: 'bridge alias removed', by: "ip link set ek-back alias ''", seen: [`~ ${BACK} alias`] },
  { name: 'bridge group', by: 'ip link set ek-back group 7', seen: [`~ ${BACK} group`] },
  { name: 'bridge altname added', by: 'ip link property add dev ek-back altname mine', seen: [`~ ${BACK} altnames`] },
  { name: 'bridge altname removed', by: 'ip link property del dev ek-back altname topo.every.back', seen: [`~ ${BACK} altnames`] },
  { name: 'bridge forward_delay', by: 'ip link set ek-back type bridge forward_delay 400', seen: [`~ ${BACK} forward_delay`] },
  { name: 'bridge hello_time', by: 'ip link set ek-back type bridge hello_time 300', seen: [`~ ${BACK} hello_time`] },
  { name: 'bridge max_age', by: 'ip link set ek-back type bridge max_age 1500', seen: [`~ ${BACK} max_age`] },
  { name: 'bridge ageing_time', by: 'ip link set ek-back type bridge ageing_time 0', seen: [`~ ${BACK} ageing_time`] },
  { name: 'bridge stp_state', by: 'ip link set ek-back type bridge stp_state 1', seen: [`~ ${BACK} stp_state`] },
  { name: 'bridge priority', by: 'ip link set ek-back type bridge priority 4096', seen: [`~ ${BACK} priority`] },
  { name: 'bridge mcast_snooping', by: 'ip link set ek-back type bridge mcast_snooping 0', seen: [`~ ${BACK} mcast_snooping`] },
];

const ports: readonly Drift[] = [
  { name: 'port hairpin', by: 'ip link set ek-web type bridge_slave hairpin off', seen: [`~ ${WEB} peer_hairpin`] },
  { name: 'port isolated', by: 'ip link set ek-web type bridge_slave isolated on', seen: [`~ ${WEB} peer_isolated`] },
  { name: 'port learning', by: 'ip link set ek-web type bridge_slave learning off', seen: [`~ ${WEB} peer_learning`] },
  { name: 'port flood', by: 'ip link set ek-web type bridge_slave flood off', seen: [`~ ${WEB} peer_flood`] },
  { name: 'port guard', by: 'ip link set ek-web type bridge_slave guard on', seen: [`~ ${WEB} peer_guard`] },
  { name: 'port cost', by: 'ip link set ek-web type bridge_slave cost 55', seen: [`~ ${WEB} peer_cost`] },
  { name: 'port priority', by: 'ip link set ek-web type bridge_slave priority 8', seen: [`~ ${WEB} peer_port_priority`] },
];

/** What the language has no word for: a value that topo would never give. */
const rare: readonly Drift[] = [
  { name: 'flags of a bridge', by: `ip link set ek-back ${FLAGS}`, seen: [`~ ${BACK} arp promisc allmulticast multicast`] },
  {
    // A router's end that was without ARP once gets no anycast route any more when it comes up again.
    name: 'flags of a host end',
    by: `ip link set ek-web ${NO_MULTICAST}`,
    seen: [`~ ${WEB} peer_promisc peer_allmulticast peer_multicast`],
  },
  {
    name: 'flags of a node end: without ARP the kernel lets go of what it was told of neighbours',
    by: `ip -n every.web link set front0 ${FLAGS}`,
    seen: [`~ ${WEB} arp promisc allmulticast multicast`, '+ neighbour:every.web/front0/10.71.1.77'],
  },
  { name: 'port changed in many ways', by: MANY, seen: [`~ ${WEB} ${MANY_NAMES}`] },
  {
    name: 'bridge changed in many ways',
    by: 'ip link set ek-back type bridge group_fwd_mask 8 mcast_router 2 mcast_querier 1 mcast_query_use_ifaddr 1 nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1',
    seen: [
      `~ ${BACK} bridge_group_fwd_mask bridge_mcast_router mcast_query_use_ifaddr mcast_querier nf_call_iptables nf_call_ip6tables nf_call_arptables`,
    ],
  },
  {
    name: 'bridge that takes part in multicast in another way',
    by: `ip link set ek-back type bridge ${MULTICAST}`,
    seen: [`~ ${BACK} ${MULTICAST_NAMES}`],
  },
  { name: 'port that forwards nothing', by: 'bridge link set dev ek-web state 0', seen: [`~ ${WEB} peer_port_state`] },
  { name: 'limits of what a link takes at once', by: LIMITS, seen: [`~ ${WEB} gso_max_segs gso_max_size gro_max_size`] },
];

const ends: readonly Drift[] = [
  { name: 'host end mtu', by: 'ip link set ek-web mtu 1400', seen: [`~ ${WEB} peer_mtu`] },
  { name: 'host end mac', by: 'ip link set ek-web address 02:00:00:00:00:98', seen: [`~ ${WEB} peer_mac`] },
  { name: 'host end down', by: 'ip link set ek-web down', seen: [`~ ${WEB} peer_up`] },
  { name: 'host end txqueuelen', by: 'ip link set ek-web txqueuelen 5', seen: [`~ ${WEB} peer_txqlen`] },
  { name: 'host end alias', by: "ip link set ek-up alias ''", seen: [`~ ${UP} peer_alias`] },
  { name: 'host end group', by: 'ip link set ek-web group 9', seen: [`~ ${WEB} peer_group`] },
  { name: 'node end mtu', by: 'ip -n every.web link set front0 mtu 1400', seen: [`~ ${WEB} mtu`] },
  { name: 'node end mac', by: 'ip -n every.web link set eth0 address 02:00:00:00:00:97', seen: [`~ ${WEB_BACK} mac`] },
  { name: 'node end txqueuelen', by: 'ip -n every.web link set front0 txqueuelen 5', seen: [`~ ${WEB} txqlen`] },
  { name: 'node end alias', by: "ip -n every.web link set front0 alias ''", seen: [`~ ${WEB} alias`] },
  { name: 'node end group', by: 'ip -n every.web link set front0 group 3', seen: [`~ ${WEB} group`] },
  {
    name: 'node end down, with routes and IPv6 addresses',
    by: 'ip -n every.router link set dev up down',
    seen: [`~ ${UP} up`, '+ address:every.router/up/fd71:9::2/64', ...UP_ROUTES],
  },
  {
    name: 'other names of both ends',
    by: 'ip link property add dev ek-web altname one altname two; ip -n every.web link property add dev front0 altname eth9',
    seen: [`~ ${WEB} altnames peer_altnames`],
  },
  {
    name: 'node end without any address',
    by: 'ip -n every.web addr flush dev front0',
    seen: [
      '+ address:every.web/front0/10.71.1.10/24',
      '+ address:every.web/front0/fd71:1::10/64',
      '+ neighbour:every.web/front0/10.71.1.77',
      '+ route:every.web/0.0.0.0/0',
      `~ ${WEB} link_local`,
    ],
  },
  {
    name: 'host end without link-local address, and with another MAC address',
    by: 'ip addr flush dev ek-web; ip link set ek-web address 02:00:00:00:00:98',
    seen: [`~ ${WEB} peer_mac peer_link_local`],
  },
  {
    name: 'node end that makes no link-local address',
    by: 'ip -n every.web link set eth0 addrgenmode none',
    seen: [`~ ${WEB_BACK} link_local`],
  },
  {
    name: 'all addresses of an interface without IPv6',
    by: 'ip -n every.leaf addr flush dev mid',
    seen: ['+ address:every.leaf/mid/10.71.10.2/30'],
  },
  { name: 'cut link up', by: 'ip -n every.router link set cut up', seen: [`~ ${CUT} peer_up`] },
  { name: 'limit of a link changed', by: tc('change dev cut root tbf rate 1mbit burst 50000 limit 675000'), seen: [`~ ${LIMIT} rate`] },
  { name: 'limit of a link removed', by: tc('del dev cut root'), seen: [`+ ${LIMIT}`] },
  {
    name: 'limit that nobody declared',
    by: tc('add dev mid root tbf rate 1mbit burst 15000 limit 30000'),
    seen: ['- qdisc:every.router/mid'],
  },
  {
    name: 'limit of a link with another queue below',
    by: tc('add dev cut parent 746f:1 handle 5: pfifo limit 5'),
    seen: [`~ ${LIMIT} other`],
  },
  { name: 'lo down', by: 'ip -n every.alone link set lo down', seen: ['~ loopback:every.alone/lo up'] },
  {
    name: 'lo changed in many ways',
    by: 'ip -n every.router link set lo arp off promisc on allmulticast on txqueuelen 5 group 7 gso_max_size 20000',
    seen: ['~ loopback:every.router/lo arp promisc allmulticast gso_max_size txqlen group'],
  },
  { name: 'lo mtu', by: 'ip -n every.router link set lo mtu 1500', seen: ['~ loopback:every.router/lo mtu'] },
  { name: 'mark of a namespace changed', by: 'ip -n every.alone link set lo alias topo:every/other', seen: ['~ netns:every.alone mark'] },
  {
    name: 'foreign link in a node',
    by: 'ip -n every.alone link add x0 type veth peer name x1',
    seen: ['- link:every.alone/x0', '- link:every.alone/x1'],
  },
];

const BACK_ANEW = [
  `+ ${BACK}`,
  '+ address:host/ek-back/10.71.2.1/24',
  '+ sysctl:host/net.ipv4.conf.ek-back.route_localnet',
  '+ sysctl:host/net.ipv6.conf.ek-back.accept_dad',
  '+ sysctl:host/net.ipv6.conf.ek-back.accept_ra',
  '+ sysctl:host/net.ipv6.conf.ek-back.disable_ipv6',
];
const PORT = 'peer_master peer_port_priority peer_cost peer_hairpin peer_guard peer_learning peer_flood peer_neigh_suppress peer_isolated';

const names: readonly Drift[] = [
  {
    name: 'host end renamed',
    by: 'ip link set ek-up down; ip link set ek-up name other',
    seen: [
      '+ address:host/ek-up/10.71.9.1/30',
      '+ address:host/ek-up/fd71:9::1/64',
      '- address:host/other/10.71.9.1/30',
      '-/+ address:every.router/up/10.71.9.2/30',
      '-/+ address:every.router/up/fd71:9::2/64',
      '-/+ route:every.router/10.73.0.0/16 metric 50',
      '-/+ route:every.router/fd73::/64',
      '-/+ route:every.router/table 100 0.0.0.0/0',
      '-/+ veth:every.router/up peer_name peer_up',
    ],
    anew: ['every.router/up', 'host/ek-up'],
  },
  {
    name: 'node end renamed',
    by: 'ip -n every.leaf link set mid name other',
    seen: [
      '+ address:every.leaf/mid/10.71.10.2/30',
      '+ sysctl:every.leaf/net.ipv6.conf.mid.disable_ipv6',
      '- address:every.leaf/other/10.71.10.2/30',
      '-/+ address:every.router/mid/10.71.10.1/30',
      '-/+ route:every.router/10.75.0.0/16',
      '-/+ veth:every.leaf/mid name',
    ],
    anew: ['every.leaf/mid', 'every.router/mid'],
  },
  {
    name: 'bridge renamed',
    by: 'ip link set ek-back name other',
    seen: [
      ...BACK_ANEW,
      '- address:host/other/10.71.2.1/24',
      '- bridge:host/other',
      '~ veth:every.router/eth0 peer_master',
      `~ ${WEB_BACK} peer_master`,
    ],
    anew: ['host/ek-back'],
  },
  {
    name: 'host end deleted',
    by: 'ip link del ek-up',
    seen: [
      '+ address:host/ek-up/10.71.9.1/30',
      '+ address:host/ek-up/fd71:9::1/64',
      '+ address:every.router/up/10.71.9.2/30',
      '+ address:every.router/up/fd71:9::2/64',
      ...UP_ROUTES,
      '+ veth:every.router/up',
    ],
    anew: ['every.router/up', 'host/ek-up'],
  },
  {
    name: 'pair between nodes deleted',
    by: 'ip -n every.leaf link del mid',
    seen: [
      '+ address:every.leaf/mid/10.71.10.2/30',
      '+ address:every.router/mid/10.71.10.1/30',
      '+ route:every.router/10.75.0.0/16',
      '+ sysctl:every.leaf/net.ipv6.conf.mid.disable_ipv6',
      '+ veth:every.leaf/mid',
    ],
    anew: ['every.leaf/mid', 'every.router/mid'],
  },
  {
    name: 'bridge deleted',
    by: 'ip link del ek-back',
    seen: [...BACK_ANEW, `~ veth:every.router/eth0 ${PORT}`, `~ ${WEB_BACK} ${PORT}`],
    anew: ['host/ek-back'],
  },
  {
    name: 'node end moved to the host',
    by: 'ip -n every.leaf link set cut netns 1',
    seen: MOVED,
    anew: ['every.leaf/cut', 'every.router/cut'],
  },
  {
    name: 'node end moved to another node',
    by: 'ip -n every.leaf link set cut netns every.alone',
    seen: MOVED,
    anew: ['every.leaf/cut', 'every.router/cut'],
  },
  {
    name: 'namespace deleted',
    by: 'ip netns del every.leaf; sleep 0.5',
    seen: [
      '+ address:every.leaf/mid/10.71.10.2/30',
      '+ address:every.router/mid/10.71.10.1/30',
      `+ ${LEAF_COMMAND}`,
      '+ loopback:every.leaf/lo',
      '+ netns:every.leaf',
      '+ qdisc:every.leaf/cut',
      `+ ${LIMIT}`,
      '+ route:every.router/10.75.0.0/16',
      '+ sysctl:every.leaf/net.ipv6.conf.mid.disable_ipv6',
      '+ veth:every.leaf/cut',
      '+ veth:every.leaf/mid',
    ],
    anew: ['every.leaf/mid', 'every.router/mid', 'every.leaf/cut', 'every.router/cut'],
  },
];

const masters: readonly Drift[] = [
  {
    name: 'port taken out of its bridge',
    by: 'ip link set ek-web nomaster',
    seen: [`~ ${WEB} ${PORT}`],
  },
  { name: 'port in another bridge', by: 'ip link set ek-web master ek-back', seen: [`~ ${WEB} peer_master peer_hairpin`] },
];

let built: Built;

beforeAll(async () => {
  built = await Built.create();
});
afterAll(() => built.world.dispose());

test.each([...bridges, ...ports, ...rare, ...ends, ...masters, ...names])('$name', (drift) => built.check(drift));
