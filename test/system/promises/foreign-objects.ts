/** Forty and more objects that are not the lab's, and look as if they were. */
import type { World } from '../world.js';

/** Names and numbers that the lab of every-kind.ts derives. */
const GROUP = 1594426785;
const BRIDGE = 'br-4045f3ee';
const PORT = 'vt695794b718';

const link = (name: string, more = ''): string => `ip link add ${name} type veth peer name ${name}p && ip link set ${name} ${more || 'up'}`;

/** Before the lab is made. One command is one object, or one thing done to one. */
const BEFORE: readonly string[] = [
  // Links named like derived ones, with one digit changed.
  link('br-4045f3ef'),
  'ip link add br-4045f3e0 type bridge',
  link('vt695794b719'),
  link('vt7bc2d08680'),
  'ip link add br-12345678 type bridge',
  link('ek-web0'),
  link('ek-up2'),
  'ip link add ek-back1 type bridge',
  // In the lab's group, and with marks of others or what only looks like one.
  `${link('ingroup')} && ip link set ingroup group ${GROUP}`,
  `ip link add groupbr type bridge && ip link set groupbr group ${GROUP}`,
  `${link('alias1')} && ip link set alias1 alias topo:otherlab/veth:otherlab.a/eth0`,
  `${link('alias2')} && ip link set alias2 alias topo:every`,
  `${link('alias3')} && ip link set alias3 alias topo:every2/veth:every.web/front0 group ${GROUP}`,
  `${link('alias4')} && ip link set alias4 alias "every/veth:every.web/front0" group ${GROUP}`,
  `${link('alias5')} && ip link set alias5 alias "xtopo:every/veth:every.web/front0"`,
  `${link('alias6')} && ip link set alias6 alias "TOPO:every/veth:every.web/front0"`,
  `${link('alias7')} && ip link set alias7 alias "topo:ever/bridge:host/${BRIDGE}"`,
  // Docker's.
  'ip link add docker0 type bridge && ip addr add 172.17.0.1/16 dev docker0 && ip link set docker0 up',
  link('veth1a2b3c4', 'master docker0'),
  'ip link property add dev docker0 altname topo.every.dmz',
  // Namespaces: no mark, another lab's, the lab's name as a beginning.
  'ip netns add every.other && ip -n every.other link set lo up',
  'ip netns add every2.web && ip -n every2.web link set lo alias topo:every2/web',
  'ip netns add other.web && ip -n other.web link set lo alias topo:other/web && ip -n other.web addr add 10.71.1.10/24 dev lo',
  'ip netns add every && ip -n every link set lo alias topo:every',
  'ip link add tofar type veth peer name eth0 netns every.other && ip link set tofar up && ip -n every.other link set eth0 up',
  'ip -n every.other addr add 10.71.2.10/24 dev eth0',
  // What is in /run/netns and no namespace.
  'mkdir -p /run/netns/every.directory && echo text >/run/netns/every.file && touch /run/netns/every.empty && ln -s /nowhere /run/netns/every.link',
  // nftables: other families, other names, the mark in another table's comment.
  `nft 'table inet topo_every2 { comment "topo:every2/rules"; chain c { type filter hook input priority 0; ip saddr 203.0.113.1 drop; }; }'`,
  `nft 'table ip topo_every { comment "topo:every/rules"; chain c { type filter hook forward priority 0; accept; }; set s { type ipv4_addr; elements = { 10.0.0.1 }; }; }'`,
  `nft 'table ip6 topo_every { chain c { accept; }; }'`,
  `nft 'table inet topo_ { comment "topo:every/rules"; }'`,
  `nft 'table inet filter { chain forward { type filter hook forward priority 0; policy accept; oifname "${BRIDGE}" accept; }; }'`,
  // Addresses, routes, neighbours and rules of the host.
  'ip addr add 10.71.200.1/24 dev ingroup && ip addr add fd71:200::1/64 dev ingroup nodad',
  'ip route add 10.71.201.0/24 via 10.71.200.2',
  'ip route add 10.71.202.0/24 via 10.71.200.2 proto 84',
  'ip route add blackhole 10.71.203.0/24 proto 84',
  'ip route add default via 10.71.200.2 table 100 proto 84',
  'ip -6 route add fd71:201::/64 via fd71:200::2',
  'ip rule add from 10.71.2.0/24 table 100 priority 1000',
  'ip -6 rule add from fd71:1::/64 table 100 priority 1001 protocol 84',
  'ip neigh add 10.71.200.77 lladdr 02:00:00:00:00:77 nud permanent dev ingroup',
  // Settings of the host that nobody asked the lab to touch, and a memory that is not the lab's.
  'sysctl -qw net.ipv4.conf.docker0.route_localnet=1 net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.arp_ignore=1',
  'ip link property add dev lo altname mine',
];

/** Once the lab is there: things of others on the lab's own links. */
const ON_LINKS: readonly string[] = [
  `${link('guest')} && ip link set guest master ${BRIDGE} && ip link set guest type bridge_slave hairpin on`,
  `ip link set ingroup master ek-back && ip link set ingroup nomaster`,
  `ip route add 10.71.210.0/24 via 10.71.1.10 dev ${BRIDGE} proto static`,
  `ip neigh add 10.71.1.99 lladdr 02:00:00:00:00:99 nud permanent dev ${BRIDGE}`,
  `bridge fdb add 02:00:00:00:00:55 dev ${PORT} master static`,
];

export const FOREIGN_OBJECTS = BEFORE.length + ON_LINKS.length;

export function addForeignObjects(world: World): void {
  for (const command of BEFORE) world.must(command);
}

export function addForeignObjectsOnLinks(world: World): void {
  for (const command of ON_LINKS) world.must(command);
}
