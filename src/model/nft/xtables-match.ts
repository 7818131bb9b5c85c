/** Matches of iptables that nftables has taken over as they were (`linux/netfilter/x_tables.h`): as many as matter to firewalls. */
import { conntrackBits, type Packet } from './packet.js';
import type { Answer } from './partial.js';

/** `attributes`: NFTA_MATCH_NAME, NFTA_MATCH_REV and NFTA_MATCH_INFO, in whatever order. */
export function matchOfXtables(attributes: readonly number[], packet: Packet): Answer {
  const parts = attributesIn(Buffer.from(attributes));
  const name = parts.get(NAME)?.toString('latin1').replace(/\0.*$/s, '') ?? '';
  const info = parts.get(INFO) ?? Buffer.alloc(0);
  switch (name) {
    case 'comment':
      return true;
    case 'conntrack':
      return conntrack(info, packet);
    case 'physdev':
      return info.length > PHYSDEV.bits && info[PHYSDEV.bits] === BRIDGED
        ? (info[PHYSDEV.invert] === 0) === (packet.bridged === true)
        : null;
    case 'addrtype':
      return parts.get(REVISION)?.readUInt32BE() === 1 && info.length >= 8 ? addressType(info, packet) : null;
    default:
      return null;
  }
}

const [NAME, REVISION, INFO] = [1, 2, 3];

/** `struct xt_addrtype_info_v1` of `linux/netfilter/xt_addrtype.h`: a bit for each type, 0 for any; then what is turned around. */
const [UNICAST, LOCAL] = [1 << 1, 1 << 2];
const [NOT_SOURCE, NOT_DESTINATION] = [1, 2];

function addressType(info: Buffer, { local }: Packet): Answer {
  const [source, destination, flags] = [info.readUInt16LE(0), info.readUInt16LE(2), info.readUInt32LE(4)];
  if ((flags & ~(NOT_SOURCE | NOT_DESTINATION)) !== 0) return null;
  const fits = (asked: number, is: number, inverted: number): boolean => asked === 0 || ((asked & is) !== 0) === ((flags & inverted) === 0);
  return fits(source, UNICAST, NOT_SOURCE) && fits(destination, local === true ? LOCAL : UNICAST, NOT_DESTINATION);
}

function attributesIn(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const parts = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    parts.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += Math.ceil(length / 4) * 4;
  }
  return parts;
}

/** `struct xt_physdev_info` of `linux/netfilter/xt_physdev.h`; XT_PHYSDEV_OP_BRIDGED */
const PHYSDEV = { invert: 64, bits: 65 } as const;
const BRIDGED = 4;

/** `struct xt_conntrack_mtinfo2` of `linux/netfilter/xt_conntrack.h`, and what of it may be asked for: XT_CONNTRACK_STATE alone. */
const CONNTRACK = { flags: 146, inverted: 148, states: 150 } as const;
const STATE = 1;
/** XT_CONNTRACK_STATE_ALIAS of iptables 1.6 and later: the words were `-m state`. */
const ALIAS = 0x2000;

function conntrack(info: Buffer, packet: Packet): Answer {
  if (info.length < CONNTRACK.states + 2 || (info.readUInt16LE(CONNTRACK.flags) & ~ALIAS) !== STATE) return null;
  const asked = info.readUInt16LE(CONNTRACK.states);
  const { set, unknown } = conntrackBits(packet);
  const isSet = (asked & set) !== 0;
  if (!isSet && (asked & unknown) !== 0) return null;
  return isSet !== ((info.readUInt16LE(CONNTRACK.inverted) & STATE) !== 0);
}
