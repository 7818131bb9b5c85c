/** What an expression loads into a register, in the words of `nft`, and how a value of it is written. */
import { addressOfBytes } from '../../../model/address.js';
import {
  CT,
  type Expression,
  FIB_RESULT_OIF,
  FIB_RESULT_TYPE,
  FIB_SIDE,
  FIB_WAY_BACK,
  META,
  NFPROTO,
  PAYLOAD,
} from '../../../model/nft/expressions.js';

export interface Source {
  /** `ip daddr` */
  readonly label: string;
  readonly format: (value: Buffer) => string;
  /** Of an address; `format` takes the leading bytes of one. */
  readonly width?: number;
  /** Names of single bits, for a value that is a set of them. */
  readonly bits?: ReadonlyMap<number, string>;
}

/** What the rule has made sure of so far: without it the bytes of a header have no names. */
export interface Known {
  family: number | null;
  protocol: number | null;
}

const META_LABELS = new Map<number, readonly [string, (value: Buffer) => string]>([
  [0, ['meta length', hostNumber]],
  [1, ['meta protocol', hexadecimal]],
  [2, ['meta priority', hexadecimal]],
  [3, ['meta mark', hostHexadecimal]],
  [4, ['iif', hostNumber]],
  [5, ['oif', hostNumber]],
  [META.iifname, ['iifname', interfaceName]],
  [META.oifname, ['oifname', interfaceName]],
  [8, ['iiftype', hostNumber]],
  [9, ['oiftype', hostNumber]],
  [10, ['meta skuid', hostNumber]],
  [11, ['meta skgid', hostNumber]],
  [META.nfproto, ['meta nfproto', familyName]],
  [META.l4proto, ['meta l4proto', protocolName]],
  [19, ['meta pkttype', hostNumber]],
  [21, ['iifgroup', hostNumber]],
  [22, ['oifgroup', hostNumber]],
]);

const CT_LABELS = new Map<number, string>([
  [CT.state, 'ct state'],
  [1, 'ct direction'],
  [CT.status, 'ct status'],
  [3, 'ct mark'],
]);
/** NF_CT_STATE_BIT and `enum ip_conntrack_status` of `linux/netfilter/nf_conntrack_common.h`. */
const CT_BITS = new Map<number, ReadonlyMap<number, string>>([
  [
    CT.state,
    new Map([
      [1, 'invalid'],
      [2, 'established'],
      [4, 'related'],
      [8, 'new'],
      [64, 'untracked'],
    ]),
  ],
  [
    CT.status,
    new Map([
      [1, 'expected'],
      [2, 'seen-reply'],
      [4, 'assured'],
      [8, 'confirmed'],
      [16, 'snat'],
      [32, 'dnat'],
      [512, 'dying'],
    ]),
  ],
]);

/** `linux/rtnetlink.h`, RTN_UNSPEC and on. */
const ADDRESS_TYPES = ['unspec', 'unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable', 'prohibit'];
const FAMILIES = new Map<number, string>([
  [NFPROTO[4], 'ipv4'],
  [NFPROTO[6], 'ipv6'],
]);
const PROTOCOLS = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'ipv6-icmp'],
  [132, 'sctp'],
  [136, 'udplite'],
]);
/** Protocols whose header begins with the two ports. */
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);

export function sourceOf({ name, fields }: Expression, known: Known): Source | null {
  switch (name) {
    case 'meta': {
      const [label, format] = META_LABELS.get(Number(fields['key'])) ?? [`meta ${fields['key']}`, hexadecimal];
      return { label, format };
    }
    case 'ct': {
      const key = Number(fields['key']);
      const bits = CT_BITS.get(key);
      return { label: CT_LABELS.get(key) ?? `ct ${key}`, format: hostHexadecimal, ...(bits === undefined ? {} : { bits }) };
    }
    case 'fib':
      return fibSource(Number(fields['result']), Number(fields['flags']));
    case 'payload':
      return payloadSource(Number(fields['base']), Number(fields['offset']), Number(fields['len']), known);
    default:
      return null;
  }
}

function fibSource(result: number, flags: number): Source {
  if (result === FIB_RESULT_OIF && flags === FIB_WAY_BACK)
    return { label: 'fib saddr . iif oif', format: (value) => (host(value) === 0 ? 'missing' : 'exists') };
  const side = (Object.keys(FIB_SIDE) as (keyof typeof FIB_SIDE)[]).find((key) => FIB_SIDE[key] === flags) ?? `flags ${flags}`;
  if (result === FIB_RESULT_TYPE)
    return { label: `fib ${side} type`, format: (value) => ADDRESS_TYPES[host(value)] ?? String(host(value)) };
  return { label: `fib ${side} ${result === 1 ? 'oif' : 'oifname'}`, format: result === 1 ? hostNumber : interfaceName };
}

function payloadSource(base: number, offset: number, len: number, known: Known): Source {
  const named =
    base === PAYLOAD.network
      ? networkSource(offset, len, known.family)
      : base === PAYLOAD.transport
        ? transportSource(offset, len, known.protocol)
        : null;
  if (base === PAYLOAD.link && offset === 12 && len === 2) return { label: 'ether type', format: etherType };
  return named ?? { label: `@${['ll', 'nh', 'th', 'ih'][base] ?? base},${offset * 8},${len * 8}`, format: hexadecimal };
}

function networkSource(offset: number, len: number, family: number | null): Source | null {
  if (family === NFPROTO[4]) {
    if ((offset === 12 || offset === 16) && len <= 4) return addressSource(`ip ${offset === 12 ? 'saddr' : 'daddr'}`, 4);
    if (offset === 9 && len === 1) return { label: 'ip protocol', format: protocolName };
  }
  if (family === NFPROTO[6]) {
    if ((offset === 8 || offset === 24) && len <= 16) return addressSource(`ip6 ${offset === 8 ? 'saddr' : 'daddr'}`, 16);
    if (offset === 6 && len === 1) return { label: 'ip6 nexthdr', format: protocolName };
  }
  return null;
}

function transportSource(offset: number, len: number, protocol: number | null): Source | null {
  if (protocol === null) return null;
  if (WITH_PORTS.has(protocol) && len === 2 && offset <= 2) {
    return { label: `${PROTOCOLS.get(protocol)} ${offset === 0 ? 'sport' : 'dport'}`, format: (value) => String(value.readUInt16BE()) };
  }
  if ((protocol === 1 || protocol === 58) && len === 1 && offset === 0) {
    return { label: `${PROTOCOLS.get(protocol)} type`, format: (value) => String(value[0]) };
  }
  return null;
}

function addressSource(label: string, width: number): Source {
  return { label, width, format: (value) => prefixText(value, value.length * 8, width) };
}

/** Leading bytes of an address, with a length unless they are all of it. */
export function prefixText(value: Buffer, length: number, width: number): string {
  const { text } = addressOfBytes([...value, ...new Array<number>(width - value.length).fill(0)]);
  return length === width * 8 ? text : `${text}/${length}`;
}

export function hexadecimal(value: Buffer): string {
  return `0x${value.toString('hex')}`;
}

const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x0800, 'ip'],
  [0x0806, 'arp'],
  [0x86dd, 'ip6'],
]);

function etherType(value: Buffer): string {
  return ETHER_TYPES.get(value.readUInt16BE()) ?? hexadecimal(value);
}

function hostHexadecimal(value: Buffer): string {
  return `0x${host(value).toString(16)}`;
}

function hostNumber(value: Buffer): string {
  return String(host(value));
}

/** Little-endian, as all hosts here are. */
export function host(value: Buffer): number {
  return value.length === 0 || value.length > 6 ? 0 : value.readUIntLE(0, value.length);
}

/** Without a terminating zero it is the beginning of a name. */
function interfaceName(value: Buffer): string {
  const end = value.indexOf(0);
  return `"${end < 0 ? `${value.toString()}*` : value.toString('utf8', 0, end)}"`;
}

function familyName(value: Buffer): string {
  return FAMILIES.get(value[0] ?? 0) ?? hexadecimal(value);
}

export function protocolName(value: Buffer): string {
  return PROTOCOLS.get(value[0] ?? 0) ?? String(value[0]);
}
