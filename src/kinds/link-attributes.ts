/**
 * Link attributes, one row each: how the kernel takes them (`if_link.h`), how `ip link` writes them, what they are.
 * Encoding, decoding, rendering as a command, comparing and the JSON Schema are driven by these rows.
 */
/** Types that have attributes of their own. */
export type LinkType = 'bridge' | 'vxlan' | 'macvlan';

export interface LinkAttribute {
  /** Name in resources and operations. */
  readonly name: string;
  /** Where it sits: in the message itself, in IFLA_INFO_DATA of its type, or in IFLA_INFO_SLAVE_DATA of a bridge port. */
  readonly place: 'link' | LinkType | 'bridge-port';
  /** The netlink attribute's number there; 0 for what is not an attribute (flags). */
  readonly attribute: number;
  /** Of a flag: which one. */
  readonly mask?: number;
  /** Where an IPv6 address stands, if that is elsewhere. */
  readonly attribute6?: number;
  readonly encoding:
    | 'u8'
    | 'u16'
    | 'be16'
    | 'u32'
    | 'u64'
    | 'bool8'
    | 'bool32'
    | 'mac'
    | 'string'
    | 'ip'
    | 'device'
    | 'macvlan-mode'
    | 'up'
    | 'flag'
    | 'no-flag';
  /** Word of `ip link` (booleans: 0 and 1, but `up`/`down`, on/off, and a `no` in front where `ip` wants them). */
  readonly word: string;
  /** What the kernel gives an object that does not ask for one; null where there is no fixed one. */
  readonly default: string | number | boolean | null;
}

const link = (
  name: string,
  attribute: number,
  encoding: LinkAttribute['encoding'],
  word: string,
  fallback: LinkAttribute['default'],
): LinkAttribute => ({ name, place: 'link', attribute, encoding, word, default: fallback });
const bridge = (
  name: string,
  attribute: number,
  encoding: LinkAttribute['encoding'],
  fallback: LinkAttribute['default'],
): LinkAttribute => ({ name, place: 'bridge', attribute, encoding, word: name, default: fallback });
const port = (name: string, attribute: number, encoding: LinkAttribute['encoding'], fallback: LinkAttribute['default']): LinkAttribute => ({
  name,
  place: 'bridge-port',
  attribute,
  encoding,
  word: name,
  default: fallback,
});

/** Attributes of every link. `alias` and `group` carry the marks of ownership. */
export const COMMON_ATTRIBUTES: readonly LinkAttribute[] = [
  link('mac', 1, 'mac', 'address', null),
  link('mtu', 4, 'u32', 'mtu', 1500),
  link('master', 10, 'device', 'master', ''),
  link('txqlen', 13, 'u32', 'txqueuelen', 1000),
  link('alias', 20, 'string', 'alias', ''),
  link('group', 27, 'u32', 'group', 0),
  link('up', 0, 'up', '', false),
];

/** IFLA_BR_*; times in centiseconds. */
export const BRIDGE_ATTRIBUTES: readonly LinkAttribute[] = [
  bridge('forward_delay', 1, 'u32', 1500),
  bridge('hello_time', 2, 'u32', 200),
  bridge('max_age', 3, 'u32', 2000),
  bridge('ageing_time', 4, 'u32', 30000),
  bridge('stp_state', 5, 'bool32', false),
  bridge('priority', 6, 'u16', 32768),
  bridge('mcast_snooping', 23, 'bool8', true),
];

/** IFLA_BRPORT_*. */
export const BRIDGE_PORT_ATTRIBUTES: readonly LinkAttribute[] = [
  { ...port('port_priority', 2, 'u16', 32), word: 'priority' },
  port('cost', 3, 'u32', 2),
  port('hairpin', 4, 'bool8', false),
  port('guard', 5, 'bool8', false),
  port('learning', 8, 'bool8', true),
  port('flood', 9, 'bool8', true),
  port('neigh_suppress', 32, 'bool8', false),
  port('isolated', 33, 'bool8', false),
];

const vxlan = (
  name: string,
  attribute: number,
  encoding: LinkAttribute['encoding'],
  fallback: LinkAttribute['default'],
  word = name,
): LinkAttribute => ({ name, place: 'vxlan', attribute, encoding, word, default: fallback });

/** IFLA_VXLAN_*. Not `remote`: that is the entry of the forwarding table for the MAC address of zeros. */
export const VXLAN_ATTRIBUTES: readonly LinkAttribute[] = [
  vxlan('vni', 1, 'u32', null, 'id'),
  vxlan('dstport', 15, 'be16', null),
  { ...vxlan('local', 4, 'ip', ''), attribute6: 17 },
  vxlan('dev', 3, 'device', ''),
  // A port of a bridge has a `learning` too.
  vxlan('vxlan_learning', 7, 'bool8', true, 'learning'),
  vxlan('ttl', 5, 'u8', 0),
  vxlan('tos', 6, 'u8', 0),
  vxlan('ageing', 8, 'u32', 300),
  vxlan('proxy', 11, 'bool8', false),
  vxlan('l2miss', 13, 'bool8', false),
  vxlan('l3miss', 14, 'bool8', false),
  vxlan('udp_csum', 18, 'bool8', true, 'udpcsum'),
];

/** IFLA_MACVLAN_*. The parent is IFLA_LINK, and cannot change. */
export const MACVLAN_ATTRIBUTES: readonly LinkAttribute[] = [
  { name: 'mode', place: 'macvlan', attribute: 1, encoding: 'macvlan-mode', word: 'mode', default: null },
  { name: 'bc_queue_len', place: 'macvlan', attribute: 7, encoding: 'u32', word: 'bcqueuelen', default: 1000 },
];

/*
 * What the language has no word for: a link that topo makes has the kernel's own value. An observed one has the attribute only
 * where somebody gave it another value, so that thousands of links do not carry dozens of fields that say nothing.
 */

/** Flags of `ip link` as the user set them; what a bridge or tcpdump needs for itself is counted elsewhere (`dev_get_flags`). */
const rareFlag = (name: string, mask: number, fallback: boolean, encoding: 'flag' | 'no-flag' = 'flag'): LinkAttribute => ({
  ...{ name, place: 'link', attribute: 0, mask, encoding, word: name, default: fallback },
});
const rare = (
  place: LinkAttribute['place'],
  name: string,
  attribute: number,
  encoding: LinkAttribute['encoding'],
  fallback: string | number | boolean,
): LinkAttribute => ({ name, place, attribute, encoding, word: name, default: fallback });

/** IFF_* that people change. */
export const RARE_FLAGS: readonly LinkAttribute[] = [
  rareFlag('arp', 0x80, true, 'no-flag'),
  rareFlag('promisc', 0x100, false),
  rareFlag('allmulticast', 0x200, false),
  rareFlag('multicast', 0x1000, true),
];
/** A veth has neither a device below nor ports from which limits would come; it cannot be told that it is down. */
export const RARE_LIMITS: readonly LinkAttribute[] = [
  rare('link', 'gso_max_segs', 40, 'u32', 65535),
  rare('link', 'gso_max_size', 41, 'u32', 65536),
  rare('link', 'gro_max_size', 58, 'u32', 65536),
];
export const RARE_PROTODOWN = rare('link', 'protodown', 39, 'bool8', false);

/** IFLA_BR_* */
export const RARE_BRIDGE: readonly LinkAttribute[] = [
  rare('bridge', 'vlan_filtering', 7, 'bool8', false),
  { ...rare('bridge', 'bridge_group_fwd_mask', 9, 'u16', 0), word: 'group_fwd_mask' },
  { ...rare('bridge', 'bridge_mcast_router', 22, 'u8', 1), word: 'mcast_router' },
  rare('bridge', 'mcast_query_use_ifaddr', 24, 'bool8', false),
  rare('bridge', 'mcast_querier', 25, 'bool8', false),
  rare('bridge', 'nf_call_iptables', 36, 'bool8', false),
  rare('bridge', 'nf_call_ip6tables', 37, 'bool8', false),
  rare('bridge', 'nf_call_arptables', 38, 'bool8', false),
  rare('bridge', 'vlan_protocol', 8, 'be16', 0x8100),
  rare('bridge', 'vlan_default_pvid', 39, 'u16', 1),
  rare('bridge', 'vlan_stats_enabled', 41, 'bool8', false),
  rare('bridge', 'group_address', 20, 'mac', '01:80:c2:00:00:00'),
  rare('bridge', 'mcast_hash_max', 27, 'u32', 4096),
  rare('bridge', 'mcast_last_member_count', 28, 'u32', 2),
  rare('bridge', 'mcast_startup_query_count', 29, 'u32', 2),
  rare('bridge', 'mcast_stats_enabled', 42, 'bool8', false),
  rare('bridge', 'mcast_igmp_version', 43, 'u8', 2),
  rare('bridge', 'mcast_mld_version', 44, 'u8', 1),
  // Centiseconds; not the interval of the first queries, a quarter of `mcast_query_interval`, which the kernel's ticks round.
  rare('bridge', 'mcast_last_member_interval', 30, 'u64', 100),
  rare('bridge', 'mcast_membership_interval', 31, 'u64', 26000),
  rare('bridge', 'mcast_querier_interval', 32, 'u64', 25500),
  rare('bridge', 'mcast_query_interval', 33, 'u64', 12500),
  rare('bridge', 'mcast_query_response_interval', 34, 'u64', 1000),
];

/** BR_STATE_FORWARDING. */
export const FORWARDING = 3;

/** IFLA_BRPORT_* */
export const RARE_PORT: readonly LinkAttribute[] = [
  // Where it is somebody's doing: `port-state.ts` of the netlink adapter.
  { ...rare('bridge-port', 'port_state', 1, 'u8', FORWARDING), word: 'state' },
  rare('bridge-port', 'root_block', 6, 'bool8', false),
  rare('bridge-port', 'fastleave', 7, 'bool8', false),
  rare('bridge-port', 'proxy_arp', 10, 'bool8', false),
  rare('bridge-port', 'proxy_arp_wifi', 12, 'bool8', false),
  rare('bridge-port', 'mcast_router', 25, 'u8', 1),
  rare('bridge-port', 'mcast_flood', 27, 'bool8', true),
  rare('bridge-port', 'mcast_to_unicast', 28, 'bool8', false),
  rare('bridge-port', 'vlan_tunnel', 29, 'bool8', false),
  rare('bridge-port', 'bcast_flood', 30, 'bool8', true),
  rare('bridge-port', 'group_fwd_mask', 31, 'u16', 0),
  rare('bridge-port', 'locked', 39, 'bool8', false),
];

export const RARE_ATTRIBUTES: readonly LinkAttribute[] = [...RARE_FLAGS, ...RARE_LIMITS, RARE_PROTODOWN, ...RARE_BRIDGE, ...RARE_PORT];

export const LINK_ATTRIBUTES: readonly LinkAttribute[] = [
  ...COMMON_ATTRIBUTES,
  ...BRIDGE_ATTRIBUTES,
  ...BRIDGE_PORT_ATTRIBUTES,
  ...VXLAN_ATTRIBUTES,
  ...MACVLAN_ATTRIBUTES,
  ...RARE_ATTRIBUTES,
];
