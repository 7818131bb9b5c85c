/** Matches of iptables that nftables has taken over as they were (`linux/netfilter/x_tables.h`): as many as matter to firewalls. */
import { conntrackBits, type Packet } from './packet.js';
import type { Answer } from './partial.js';

/** `attributes`: NFTA_MATCH_NAME, NFTA_MATCH_REV and NFTA_MATCH_INFO, in whatever order. */
export function matchOfXtables(attributes: readonly number[], packet: Packet): Answer {
  const parts = attributesIn(Buffer.from(attributes));
  const name = parts.get(NAME)?.toString('latin1').replace(/\0.*$/s, '') ?? '';
  const read = MATCHES[`${name} ${parts.get(REVISION)?.readUInt32BE() ?? 0}`];
  const info = parts.get(INFO) ?? Buffer.alloc(0);
  return read === undefined || info.length < read.length ? null : read.answer(info, packet);
}

/** As the kernel would have given it: what `iptables-legacy` has is told the same way. */
export function attributesOf(name: string, revision: number, info: Buffer): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(revision);
  const all = [
    [NAME, Buffer.from(`${name}\0`, 'latin1')],
    [REVISION, number],
    [INFO, info],
  ] as const;
  return Buffer.concat(
    all.flatMap(([type, value]) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(4 + value.length);
      head.writeUInt16LE(type, 2);
      return [head, value, Buffer.alloc((4 - (value.length % 4)) % 4)];
    }),
  );
}

const [NAME, REVISION, INFO] = [1, 2, 3];

/** By name and revision. `length`: as many bytes as are read. */
const MATCHES: { readonly [name: string]: { readonly length: number; readonly answer: (info: Buffer, packet: Packet) => Answer } } = {
  'comment 0': { length: 0, answer: () => true },
  'conntrack 2': { length: 152, answer: conntrack },
  'conntrack 3': { length: 152, answer: conntrack },
  'physdev 0': { length: 66, answer: physdev },
  'addrtype 1': { length: 8, answer: addressType },
  'multiport 1': { length: 48, answer: multiport },
  'tcp 0': { length: 12, answer: (info, packet) => (info.readUInt16LE(8) === 0 ? ports(info, packet, info.readUInt8(11)) : null) },
  'udp 0': { length: 9, answer: (info, packet) => ports(info, packet, info.readUInt8(8)) },
  'icmp6 0': { length: 4, answer: icmpType },
  'hl 0': { length: 2, answer: hopLimit },
};

/** `struct xt_tcp` and `struct xt_udp`: the first and the last port of the source, of the destination, and which of the two are turned around. */
function ports(info: Buffer, { sport, dport }: Packet, inverted: number): Answer {
  return both(
    inRange(sport, info.readUInt16LE(0), info.readUInt16LE(2), (inverted & 1) !== 0),
    inRange(dport, info.readUInt16LE(4), info.readUInt16LE(6), (inverted & 2) !== 0),
  );
}

function inRange(port: number | undefined, from: number, to: number, isInverted: boolean): Answer {
  if (port === undefined) return from === 0 && to === 0xffff ? !isInverted : null;
  return (port >= from && port <= to) !== isInverted;
}

const both = (a: Answer, b: Answer): Answer => (a === false || b === false ? false : a === null || b === null ? null : true);

/** `struct xt_multiport_v1`: of the source, the destination or either; how many; 15 ports; which of them begin a range; turned around. */
function multiport(info: Buffer, { sport, dport }: Packet): Answer {
  const [side, count, isInverted] = [info.readUInt8(0), info.readUInt8(1), info.readUInt8(47) !== 0];
  const asked = side === 0 ? sport : side === 1 ? dport : undefined;
  if (asked === undefined) return null;
  let isIn = false;
  for (let i = 0; i < count; i += 1) {
    const from = info.readUInt16LE(2 + 2 * i);
    const isRange = info.readUInt8(32 + i) !== 0;
    const to = isRange ? info.readUInt16LE(2 + 2 * (i + 1)) : from;
    if (isRange) i += 1;
    if (asked >= from && asked <= to) isIn = true;
  }
  return isIn !== isInverted;
}

/** `struct ip6t_icmp`: a type, the first and the last code, turned around. */
function icmpType(info: Buffer, { icmpType: own }: Packet): Answer {
  return own === undefined ? null : (info.readUInt8(0) === own) !== ((info.readUInt8(3) & 1) !== 0);
}

/** `struct ip6t_hl_info` */
function hopLimit(info: Buffer, { hopLimit: own }: Packet): Answer {
  const [mode, asked] = [info.readUInt8(0), info.readUInt8(1)];
  return own === undefined ? null : ([own === asked, own !== asked, own < asked, own > asked][mode] ?? null);
}

/** `struct xt_addrtype_info_v1` of `linux/netfilter/xt_addrtype.h`: a bit for each type, 0 for any; then what is turned around. */
const ADDRESS_TYPES = { unicast: 1 << 1, local: 1 << 2, multicast: 1 << 5 } as const;
const [NOT_SOURCE, NOT_DESTINATION] = [1, 2];

function addressType(info: Buffer, { to = 'unicast' }: Packet): Answer {
  const [source, destination, flags] = [info.readUInt16LE(0), info.readUInt16LE(2), info.readUInt32LE(4)];
  if ((flags & ~(NOT_SOURCE | NOT_DESTINATION)) !== 0) return null;
  const fits = (asked: number, is: number, inverted: number): boolean => asked === 0 || ((asked & is) !== 0) === ((flags & inverted) === 0);
  return fits(source, ADDRESS_TYPES.unicast, NOT_SOURCE) && fits(destination, ADDRESS_TYPES[to], NOT_DESTINATION);
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

/** `struct xt_physdev_info` of `linux/netfilter/xt_physdev.h`: what is turned around, and what is asked; XT_PHYSDEV_OP_BRIDGED */
const [PHYSDEV_INVERTED, PHYSDEV_ASKED] = [64, 65];
const BRIDGED = 4;

function physdev(info: Buffer, { bridged }: Packet): Answer {
  return info[PHYSDEV_ASKED] === BRIDGED ? (info[PHYSDEV_INVERTED] === 0) === (bridged === true) : null;
}

/** `struct xt_conntrack_mtinfo2` of `linux/netfilter/xt_conntrack.h`, and what of it may be asked for: XT_CONNTRACK_STATE alone. */
const CONNTRACK = { flags: 146, inverted: 148, states: 150 } as const;
const STATE = 1;
/** XT_CONNTRACK_STATE_ALIAS of iptables 1.6 and later: the words were `-m state`. */
const ALIAS = 0x2000;

function conntrack(info: Buffer, packet: Packet): Answer {
  if ((info.readUInt16LE(CONNTRACK.flags) & ~ALIAS) !== STATE) return null;
  const asked = info.readUInt16LE(CONNTRACK.states);
  const { set, unknown } = conntrackBits(packet);
  const isSet = (asked & set) !== 0;
  if (!isSet && (asked & unknown) !== 0) return null;
  return isSet !== ((info.readUInt16LE(CONNTRACK.inverted) & STATE) !== 0);
}
