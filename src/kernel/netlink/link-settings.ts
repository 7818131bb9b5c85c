/** What a dump of the links tells of IPv4 and IPv6 on each (IFLA_AF_SPEC). */
import type { InterfaceSettings } from '../../model/observation.js';
import { AF_INET, AF_INET6 } from './ip-text.js';
import { Known } from './known.js';
import { attributeEnd, attributeType, type Bytes, nextAttribute } from './message.js';

const IFLA_INET_CONF = 1;
const IFLA_INET6_FLAGS = 1;
const IFLA_INET6_CONF = 2;
/** Places among the settings of an interface (`ipv6.h`, DEVCONF_*). */
export const DISABLE_IPV6 = 26;
export const ADDR_GEN_MODE = 47;
/** `net/if_inet6.h` */
const IF_READY = 0x80000000;

export const NO_SETTINGS: InterfaceSettings = { ipv4: null, ipv6: null };

/** Nearly all links have the same, but for lo. */
const ipv4Settings = new Known(decodeNumbers);
const ipv6Settings = new Known(decodeNumbers);

export function decodeSettings(bytes: Bytes, outer: number): InterfaceSettings {
  return {
    ipv4: settingsOf(bytes, outer, AF_INET, IFLA_INET_CONF, ipv4Settings),
    ipv6: settingsOf(bytes, outer, AF_INET6, IFLA_INET6_CONF, ipv6Settings),
  };
}

function settingsOf(bytes: Bytes, outer: number, family: number, attribute: number, known: Known<Int32Array>): Int32Array | null {
  const at = findOf(bytes.view, outer, family, attribute);
  return at === null ? null : known.decode(bytes, at + 4, attributeEnd(bytes.view, at));
}

function decodeNumbers({ buffer }: Bytes, start: number, end: number): Int32Array {
  const settings = new Int32Array((end - start) >> 2);
  buffer.copy(new Uint8Array(settings.buffer), 0, start, end);
  return settings;
}

/** IPv6 has acted on the link as on one that works. */
export function isIpv6Ready({ view }: Bytes, outer: number): boolean {
  const at = findOf(view, outer, AF_INET6, IFLA_INET6_FLAGS);
  return at !== null && (view.getUint32(at + 4, true) & IF_READY) !== 0;
}

function findOf(view: DataView, outer: number, family: number, attribute: number): number | null {
  const nest = find(view, outer, family);
  return nest === null ? null : find(view, nest, attribute);
}

/** Where an attribute within another one is. */
function find(view: DataView, outer: number, wanted: number): number | null {
  const end = attributeEnd(view, outer);
  for (let at = outer + 4; at < end; at = nextAttribute(view, at)) if (attributeType(view, at) === wanted) return at;
  return null;
}
