/** What is known of a packet, or of many that are alike, where a chain gets to see it: what rules load of it. */
import type { Family } from '../address.js';
import { CT, CT_STATUS_DNAT, FIB_RESULT_TYPE, FIB_SIDE, type Expression, IPPROTO, META, NFPROTO, PAYLOAD } from './expressions.js';
import { inHostOrder, type Partial, prefixed, sliced, UNKNOWN, whole } from './partial.js';

/** Of all that have it; `length` in bits. */
export interface KnownAddress {
  readonly bytes: readonly number[];
  readonly length: number;
  /** Of all others. */
  readonly not?: true;
}

export interface Packet {
  readonly family: Family;
  readonly iifname?: string;
  readonly oifname?: string;
  readonly saddr?: KnownAddress;
  readonly daddr?: KnownAddress;
  readonly protocol?: 'tcp' | 'udp' | 'icmpv6';
  readonly sport?: number;
  readonly dport?: number;
  /** Of ICMPv6. */
  readonly icmpType?: number;
  readonly hopLimit?: number;
  /** Of its connection; `invalid` before connections are looked up. Neighbour discovery is of none (`nf_conntrack_proto_icmpv6.c`). */
  readonly state: 'new' | 'established' | 'invalid' | 'untracked';
  /** It has come in by a published port. */
  readonly translated?: boolean;
  /** A bridge takes it from port to port. */
  readonly bridged?: boolean;
  /** Whose address it goes to: the host's own, a group's; absent: somebody else's. */
  readonly to?: 'local' | 'multicast' | 'unicast';
  /** A frame, as chains of the family `bridge` see it, and the bridges that its ports belong to. */
  readonly layer?: 'bridge';
  readonly arp?: boolean;
  readonly ibrname?: string;
  readonly obrname?: string;
}

const INTERFACE_NAME = 16;
const ETHER = { 4: [0x08, 0x00], 6: [0x86, 0xdd] } as const;
const ARP = [0x08, 0x06] as const;
const etherType = ({ family, arp }: Packet): readonly number[] => (arp === true ? ARP : ETHER[family]);
const NFPROTO_BRIDGE = 7;
const ETHER_TYPE = 12;
const STATES = { invalid: 1, established: 2, new: 8, untracked: 64 } as const;
/** RTN_UNICAST, RTN_LOCAL and RTN_MULTICAST */
const ADDRESS_TYPES = { unicast: 1, local: 2, multicast: 5 } as const;
/** NFT_META_PROTOCOL, NFT_META_BRI_IIFNAME and NFT_META_BRI_OIFNAME */
const [META_PROTOCOL, META_IBRNAME, META_OBRNAME] = [1, 17, 18];
const CT_MARK = 3;

/** UNKNOWN for all that is not known of it. */
export function loaded(expression: Expression, packet: Packet): Partial {
  const { name, fields } = expression;
  if (name !== 'payload' && name !== 'meta') return read(expression, packet);
  const known = LOADED.get(packet) ?? new Map<string, Partial>();
  LOADED.set(packet, known);
  const key = `${name} ${fields['key']} ${fields['base']} ${fields['offset']} ${fields['len']}`;
  const value = known.get(key) ?? read(expression, packet);
  known.set(key, value);
  return value;
}

/** Thousands of rules load the same. */
const LOADED = new WeakMap<Packet, Map<string, Partial>>();

function read({ name, fields }: Expression, packet: Packet): Partial {
  switch (name) {
    case 'meta':
      return metaOf(Number(fields['key']), packet);
    case 'ct':
      return conntrackOf(Number(fields['key']), packet);
    case 'fib':
      return addressTypeOf(Number(fields['result']), Number(fields['flags']), packet);
    case 'payload':
      return (
        addressBeyond(fields, packet) ?? sliced(header(Number(fields['base']), packet), Number(fields['offset']), Number(fields['len']))
      );
    default:
      return UNKNOWN;
  }
}

function metaOf(key: number, packet: Packet): Partial {
  const { family, iifname, oifname, protocol, layer, ibrname, obrname } = packet;
  switch (key) {
    case META.iifname:
      return nameOf(iifname);
    case META.oifname:
      return nameOf(oifname);
    case META.nfproto:
      return whole([layer === 'bridge' ? NFPROTO_BRIDGE : NFPROTO[family]]);
    case META.l4proto:
      return protocol === undefined ? UNKNOWN : whole([IPPROTO[protocol]]);
    case META_PROTOCOL:
      return whole(etherType(packet));
    case META_IBRNAME:
      return nameOf(ibrname);
    case META_OBRNAME:
      return nameOf(obrname);
    // A mark is what somebody gives to some packets.
    case META.mark:
      return whole(inHostOrder(0));
    default:
      return UNKNOWN;
  }
}

function nameOf(name: string | undefined): Partial {
  if (name === undefined) return UNKNOWN;
  const bytes = [...Buffer.from(name)];
  return whole([...bytes, ...new Array<number>(INTERFACE_NAME - bytes.length).fill(0)]);
}

function conntrackOf(key: number, { state, translated }: Packet): Partial {
  if (key === CT.state) return whole(inHostOrder(STATES[state]));
  if (key === CT_MARK) return whole(inHostOrder(0));
  if (key !== CT.status || translated === undefined) return UNKNOWN;
  return { bytes: inHostOrder(translated ? CT_STATUS_DNAT : 0), known: inHostOrder(CT_STATUS_DNAT) };
}

/** Bits of `enum xt_conntrack` states, and whether it was translated, for rules of iptables. */
export const conntrackBits = ({ state, translated }: Packet): { readonly set: number; readonly unknown: number } => ({
  set: (state === 'untracked' ? XT_UNTRACKED : STATES[state]) | (translated === true ? XT_DNAT : 0),
  unknown: XT_SNAT | (translated === undefined ? XT_DNAT : 0),
});
const [XT_SNAT, XT_DNAT, XT_UNTRACKED] = [0x40, 0x80, 0x100];

function addressTypeOf(result: number, flags: number, { to = 'unicast' }: Packet): Partial {
  if (result !== FIB_RESULT_TYPE) return UNKNOWN;
  if (flags === FIB_SIDE.daddr) return whole(inHostOrder(ADDRESS_TYPES[to]));
  return flags === FIB_SIDE.saddr ? whole(inHostOrder(ADDRESS_TYPES.unicast)) : UNKNOWN;
}

const OFFSETS = { 4: { protocol: 9, hopLimit: 8, saddr: 12, daddr: 16 }, 6: { protocol: 6, hopLimit: 7, saddr: 8, daddr: 24 } } as const;

/** `offset` where the field begins. */
interface HeaderField {
  readonly offset: number;
  readonly value: Partial;
}

function header(base: number, packet: Packet): Partial {
  const { family, saddr, daddr, protocol, sport, dport, icmpType, hopLimit } = packet;
  if (base === PAYLOAD.network && packet.arp !== true)
    return laidOut(40, [
      address(OFFSETS[family].saddr, saddr),
      address(OFFSETS[family].daddr, daddr),
      ...(protocol === undefined ? [] : [{ offset: OFFSETS[family].protocol, value: whole([IPPROTO[protocol]]) }]),
      ...(hopLimit === undefined ? [] : [{ offset: OFFSETS[family].hopLimit, value: whole([hopLimit]) }]),
    ]);
  if (base === PAYLOAD.transport)
    return laidOut(4, icmpType === undefined ? [port(0, sport), port(2, dport)] : [{ offset: 0, value: whole([icmpType]) }]);
  return base === PAYLOAD.link ? laidOut(14, [{ offset: ETHER_TYPE, value: whole(etherType(packet)) }]) : UNKNOWN;
}

/** Of an address of which is known what it is not. */
function addressBeyond({ base, offset, len }: Expression['fields'], { family, saddr, daddr, arp }: Packet): Partial | undefined {
  if (base !== PAYLOAD.network || arp === true) return undefined;
  const known = offset === OFFSETS[family].saddr ? saddr : offset === OFFSETS[family].daddr ? daddr : undefined;
  const nothing = new Array<number>(Number(len)).fill(0);
  return known?.not === true ? { bytes: nothing, known: nothing, not: known } : undefined;
}

const address = (offset: number, known: KnownAddress | undefined): HeaderField => ({
  offset,
  value: known === undefined || known.not === true ? UNKNOWN : prefixed(known.bytes, known.length),
});

const port = (offset: number, number: number | undefined): HeaderField => ({
  offset,
  value: number === undefined ? UNKNOWN : whole([number >> 8, number & 0xff]),
});

function laidOut(length: number, fields: readonly HeaderField[]): Partial {
  const bytes = new Array<number>(length).fill(0);
  const known = new Array<number>(length).fill(0);
  for (const { offset, value } of fields)
    value.bytes.forEach((byte, i) => {
      bytes[offset + i] = byte;
      known[offset + i] = value.known[i]!;
    });
  return { bytes, known };
}
