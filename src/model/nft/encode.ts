/**
 * A typed rule as the expressions that `nft` 1.0.6 makes of its text: the same registers, the same implied matches of
 * the protocol. `nft --debug=netlink` prints them.
 */
import { canonicalPrefix, effectiveMatches, type Prefix } from '../nft-rule.js';
import type { NftMatch, NftRule, NftVerdict } from '../operation.js';
import {
  ADDRESS_TYPE_LOCAL,
  CMP,
  CT,
  CT_STATE,
  CT_STATUS_DNAT,
  type Expression,
  FIB_RESULT_OIF,
  FIB_RESULT_TYPE,
  FIB_SIDE,
  FIB_WAY_BACK,
  IPPROTO,
  META,
  NAT,
  NAT_FLAGS,
  NFPROTO,
  PAYLOAD,
  REGISTER,
} from './expressions.js';

/** Bytes of an interface name in the kernel (IFNAMSIZ), all of them compared. */
const INTERFACE_NAME = 16;
/** Where the addresses stand in the two headers. */
const ADDRESS_OFFSET = { 4: { saddr: 12, daddr: 16 }, 6: { saddr: 8, daddr: 24 } } as const;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DESTINATION_PORT = { offset: 2, len: 2 } as const;

/** What a rule has already made sure of, so that it is not asked again. */
interface Known {
  family: 4 | 6 | null;
  protocol: 'tcp' | 'udp' | null;
}

export function expressionsOf(rule: NftRule): readonly Expression[] {
  const known: Known = { family: null, protocol: null };
  return [...effectiveMatches(rule).flatMap((match) => matchExpressions(match, known)), ...verdictExpressions(rule.verdict, known)];
}

function matchExpressions(match: NftMatch, known: Known): Expression[] {
  switch (match.match) {
    case 'iifname':
    case 'oifname':
      return [meta(META[match.match]), compare(match.negate ? CMP.neq : CMP.eq, interfaceName(match.name))];
    case 'saddr':
    case 'daddr': {
      const prefix = canonicalPrefix(match.prefix);
      return [...familyOnce(prefix.family, known), ...prefixMatch(match.match, prefix, match.negate ? CMP.neq : CMP.eq)];
    }
    case 'dport':
      return [
        ...protocolOnce(match.protocol, known),
        load(PAYLOAD.transport, DESTINATION_PORT.offset, DESTINATION_PORT.len),
        ...portRange(match.from, match.to),
      ];
    case 'fib-local':
      return [
        { name: 'fib', fields: { dreg: REGISTER.first, result: FIB_RESULT_TYPE, flags: FIB_SIDE[match.side] } },
        compare(CMP.eq, hostOrder(ADDRESS_TYPE_LOCAL)),
      ];
    case 'fib-no-way-back':
      return [
        { name: 'fib', fields: { dreg: REGISTER.first, result: FIB_RESULT_OIF, flags: FIB_WAY_BACK } },
        compare(CMP.eq, hostOrder(0)),
      ];
    case 'l4proto':
      return [meta(META.l4proto), compare(CMP.eq, hex([IPPROTO[match.protocol]]))];
    case 'nfproto':
      return familyOnce(match.family, known);
    case 'ct-state-established-related':
      return conntrackBits(CT.state, CT_STATE.established | CT_STATE.related);
    case 'ct-status-dnat':
      return conntrackBits(CT.status, CT_STATUS_DNAT);
  }
}

function familyOnce(family: 4 | 6, known: Known): Expression[] {
  if (known.family === family) return [];
  known.family = family;
  return [meta(META.nfproto), compare(CMP.eq, hex([NFPROTO[family]]))];
}

function protocolOnce(protocol: 'tcp' | 'udp', known: Known): Expression[] {
  if (known.protocol === protocol) return [];
  known.protocol = protocol;
  return [meta(META.l4proto), compare(CMP.eq, hex([IPPROTO[protocol]]))];
}

/** A prefix of whole bytes is compared by loading only those; any other by a mask. */
function prefixMatch(side: 'saddr' | 'daddr', prefix: Prefix, op: number): Expression[] {
  const offset = ADDRESS_OFFSET[prefix.family][side];
  const width = prefix.bytes.length;
  if (prefix.length > 0 && prefix.length % 8 === 0) {
    const bytes = prefix.length / 8;
    return [load(PAYLOAD.network, offset, bytes), compare(op, hex(prefix.bytes.slice(0, bytes)))];
  }
  return [load(PAYLOAD.network, offset, width), and(maskOf(prefix.length, width)), compare(op, hex(prefix.bytes))];
}

function portRange(from: number, to: number): Expression[] {
  if (from === to) return [compare(CMP.eq, networkOrder(from))];
  return [compare(CMP.gte, networkOrder(from)), compare(CMP.lte, networkOrder(to))];
}

function conntrackBits(key: number, bits: number): Expression[] {
  return [{ name: 'ct', fields: { dreg: REGISTER.first, key } }, and(hostOrder(bits)), compare(CMP.neq, hostOrder(0))];
}

function verdictExpressions(verdict: NftVerdict, known: Known): Expression[] {
  switch (verdict.verdict) {
    case 'accept':
    case 'drop':
    case 'return':
      return [immediate(REGISTER.verdict, verdict.verdict)];
    case 'jump':
      return [immediate(REGISTER.verdict, `jump ${verdict.chain}`)];
    case 'vmap':
      return [meta(META[verdict.key]), { name: 'lookup', fields: { set: verdict.map, sreg: REGISTER.first, dreg: REGISTER.verdict } }];
    case 'vmap-saddr':
      return [
        ...familyOnce(verdict.family, known),
        load(PAYLOAD.network, ADDRESS_OFFSET[verdict.family].saddr, verdict.family === 4 ? 4 : 16),
        { name: 'lookup', fields: { set: verdict.map, sreg: REGISTER.first, dreg: REGISTER.verdict } },
      ];
    case 'masquerade':
      return [{ name: 'masq', fields: {} }];
    case 'snat':
      return translation(NAT.snat, verdict.address, undefined);
    case 'dnat':
      return translation(NAT.dnat, verdict.address, verdict.port);
  }
}

function translation(type: number, address: string, port: number | undefined): Expression[] {
  const { family, bytes } = canonicalPrefix(address);
  const to = { type, family: NFPROTO[family], addressMin: REGISTER.first };
  if (port === undefined) return [immediate(REGISTER.first, hex(bytes)), { name: 'nat', fields: to }];
  return [
    immediate(REGISTER.first, hex(bytes)),
    immediate(REGISTER.second, networkOrder(port)),
    { name: 'nat', fields: { ...to, portMin: REGISTER.second, flags: NAT_FLAGS.port } },
  ];
}

function meta(key: number): Expression {
  return { name: 'meta', fields: { dreg: REGISTER.first, key } };
}

function load(base: number, offset: number, len: number): Expression {
  return { name: 'payload', fields: { dreg: REGISTER.first, base, offset, len } };
}

function compare(op: number, data: string): Expression {
  return { name: 'cmp', fields: { sreg: REGISTER.first, op, data } };
}

function and(mask: string): Expression {
  const len = (mask.length - 2) / 2;
  return { name: 'bitwise', fields: { sreg: REGISTER.first, dreg: REGISTER.first, len, mask, xor: hex(new Array<number>(len).fill(0)) } };
}

function immediate(dreg: number, data: string): Expression {
  return { name: 'immediate', fields: { dreg, data } };
}

function maskOf(length: number, width: number): string {
  return hex(Array.from({ length: width }, (_, i) => (0xff00 >> Math.max(0, Math.min(8, length - 8 * i))) & 0xff));
}

/** As it stands in a set. */
export function addressBytes(address: string): string {
  return hex(canonicalPrefix(address).bytes);
}

/** As it stands in a register and in a set. */
export function interfaceName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length >= INTERFACE_NAME) throw new RangeError(`an interface name has at most ${INTERFACE_NAME - 1} bytes: ${name}`);
  return hex([...bytes, ...new Array<number>(INTERFACE_NAME - bytes.length).fill(0)]);
}

/** Of a few bytes a Buffer would take ten times as long. */
function hex(bytes: readonly number[]): string {
  let text = '0x';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

function networkOrder(port: number): string {
  return hex([port >> 8, port & 0xff]);
}

/** Registers hold what is no part of a packet in the host's order, and all hosts here are little-endian. */
function hostOrder(value: number): string {
  return hex([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24]);
}
