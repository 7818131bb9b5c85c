/**
 * Link attributes, one row each: how the kernel takes them (`if_link.h`), how `ip link` writes them, what they are.
 * Encoding, decoding, rendering as a command, comparing and the JSON Schema are driven by these rows.
 */
export interface LinkAttribute {
  /** Name in resources and operations. */
  readonly name: string;
  /** Where it sits: in the message itself, in IFLA_INFO_DATA of its type, or in IFLA_INFO_SLAVE_DATA of a bridge port. */
  readonly place: 'link' | 'bridge' | 'bridge-port';
  /** The netlink attribute's number there; 0 for what is not an attribute (flags). */
  readonly attribute: number;
  readonly encoding: 'u8' | 'u16' | 'u32' | 'bool8' | 'bool32' | 'mac' | 'string' | 'master' | 'up';
  /** Word of `ip link` (booleans: 0 and 1, but `up`/`down` and on/off where `ip` wants them). */
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
  link('master', 10, 'master', 'master', ''),
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
  port('isolated', 33, 'bool8', false),
];

export const LINK_ATTRIBUTES: readonly LinkAttribute[] = [...COMMON_ATTRIBUTES, ...BRIDGE_ATTRIBUTES, ...BRIDGE_PORT_ATTRIBUTES];
