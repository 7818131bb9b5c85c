/** RTM_NEWRULE (`fib_rules.h`): observation and operations. */
import type { RuleObservation, RuleOperation } from '../../model/routes.js';
import { addressText, AF_INET, AF_INET6, AF_UNSPEC, cidrBytes } from './ip-text.js';
import { Known } from './known.js';
import {
  attributeString,
  attributeType,
  type Bytes,
  type MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  nextAttribute,
} from './message.js';

const RTM_NEWRULE = 32;
const RTM_DELRULE = 33;
const RTM_GETRULE = 34;

const FRA = {
  dst: 1,
  src: 2,
  iifname: 3,
  goto: 4,
  priority: 6,
  fwmark: 10,
  suppressIfgroup: 13,
  suppressPrefix: 14,
  table: 15,
  fwmask: 16,
  oifname: 17,
  pad: 18,
  protocol: 21,
  sportMask: 28,
  dportMask: 29,
} as const;

type Words = (view: DataView, payload: number) => string;
const u32: Words = (view, at) => String(view.getUint32(at, true));
const ports: Words = (view, at) => rangeText(view.getUint16(at, true), view.getUint16(at + 2, true));
const rangeText = (from: number, to: number): string => (from === to ? String(from) : `${from}-${to}`);

/** What the language has no word for, in those of `ip rule`. */
const OTHER: ReadonlyMap<number, readonly [word: string, value: Words]> = new Map([
  [FRA.goto, ['goto', u32]],
  [11, ['realms', (view, at) => `${view.getUint16(at + 2, true)}/${view.getUint16(at, true)}`]],
  [12, ['tun_id', (view, at) => String(view.getBigUint64(at, false))]],
  [FRA.suppressIfgroup, ['suppress_ifgroup', u32]],
  [FRA.suppressPrefix, ['suppress_prefixlength', u32]],
  [19, ['l3mdev', () => '']],
  [20, ['uidrange', (view, at) => `${u32(view, at)}-${u32(view, at + 4)}`]],
  [22, ['ipproto', (view, at) => String(view.getUint8(at))]],
  [23, ['sport', ports]],
  [24, ['dport', ports]],
]);
const ACTIONS = ['unspec', 'table', 'goto', 'nop', 'res3', 'res4', 'blackhole', 'unreachable', 'prohibit'];
const TO_TABLE = 1;
const TO_RULE = 2;
const FIB_RULE_INVERT = 2;

/** struct fib_rule_hdr */
const HEADER = 12;

export function requestRules(writer: MessageWriter): void {
  writer.begin(RTM_GETRULE, NLM_F_DUMP);
  writer.bytes.view.setUint8(writer.reserve(HEADER), AF_UNSPEC);
  writer.end();
}

/** Every namespace has the same ones to begin with. */
const known = new Known(readRule);

/** Null for other families (multicast routing has rules too). */
export const decodeRule = (bytes: Bytes, start: number, end: number): RuleObservation | null => known.decode(bytes, start, end);

function readRule(bytes: Bytes, start: number, end: number): RuleObservation | null {
  const { view } = bytes;
  const family = view.getUint8(start);
  if (family !== AF_INET && family !== AF_INET6) return null;
  const action = view.getUint8(start + 7);
  const other: string[] = [];
  if ((view.getUint32(start + 8, true) & FIB_RULE_INVERT) !== 0) other.push('not');
  if (view.getUint8(start + 3) !== 0) other.push(`tos 0x${view.getUint8(start + 3).toString(16)}`);
  if (action !== TO_TABLE && action !== TO_RULE) other.push(ACTIONS[action] ?? `action ${action}`);
  let table = view.getUint8(start + 4);
  let [priority, fwmark, mask, protocol] = [0, 0, 0xffffffff, 0];
  let [from, to, iif, oif] = ['', '', '', ''];
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === FRA.src) from = `${addressText(view, at + 4, family)}/${view.getUint8(start + 2)}`;
    else if (type === FRA.dst) to = `${addressText(view, at + 4, family)}/${view.getUint8(start + 1)}`;
    else if (type === FRA.iifname) iif = attributeString(bytes, at);
    else if (type === FRA.oifname) oif = attributeString(bytes, at);
    else if (type === FRA.priority) priority = view.getUint32(at + 4, true);
    else if (type === FRA.fwmark) fwmark = view.getUint32(at + 4, true);
    else if (type === FRA.fwmask) mask = view.getUint32(at + 4, true);
    else if (type === FRA.table) table = view.getUint32(at + 4, true);
    else if (type === FRA.protocol) protocol = view.getUint8(at + 4);
    else if (!isUnset(view, at, type)) other.push(wordsOf(view, at, type));
  }
  // Without a mark the kernel tells no mask, or one of zeros.
  if (mask !== 0xffffffff && (mask !== 0 || fwmark !== 0)) other.push(`fwmask ${mask}`);
  const rule = { family: family === AF_INET6 ? (6 as const) : (4 as const), priority, table, from, to, iif, oif, fwmark, protocol };
  if (other.length === 0) return { ...rule, other: '' };
  return { ...rule, other: other.join(' '), message: bytes.buffer.toString('hex', start, end) };
}

/** Minus one is how the kernel says that nothing is suppressed; to one port there is a mask, of all bits unless somebody said so. */
function isUnset(view: DataView, at: number, type: number): boolean {
  if (type === FRA.pad) return true;
  if (type === FRA.sportMask || type === FRA.dportMask) return view.getUint16(at + 4, true) === 0xffff;
  return (type === FRA.suppressIfgroup || type === FRA.suppressPrefix) && view.getInt32(at + 4, true) === -1;
}

function wordsOf(view: DataView, at: number, type: number): string {
  const known = OTHER.get(type);
  if (known !== undefined) return `${known[0]} ${known[1](view, at + 4)}`.trimEnd();
  const length = view.getUint16(at, true) - 4;
  return `attribute ${type} ${Buffer.from(view.buffer, view.byteOffset + at + 4, length).toString('hex')}`;
}

export function encodeRule(writer: MessageWriter, operation: RuleOperation): void {
  const adds = operation.op !== 'rule-delete';
  writer.begin(adds ? RTM_NEWRULE : RTM_DELRULE, (adds ? NLM_F_CREATE | NLM_F_EXCL : 0) | NLM_F_ACK);
  if (operation.message !== undefined) {
    encodeAsRead(writer, Buffer.from(operation.message, 'hex'));
    return writer.end();
  }
  const header = writer.reserve(HEADER);
  const { view } = writer.bytes;
  view.setUint8(header, operation.family === 6 ? AF_INET6 : AF_INET);
  view.setUint8(header + 4, operation.table < 256 ? operation.table : 0);
  view.setUint8(header + 7, TO_TABLE);
  if (operation.to !== '') {
    const { bytes, prefix } = cidrBytes(operation.to);
    view.setUint8(header + 1, prefix);
    writer.data(FRA.dst, bytes);
  }
  if (operation.from !== '') {
    const { bytes, prefix } = cidrBytes(operation.from);
    writer.bytes.view.setUint8(header + 2, prefix);
    writer.data(FRA.src, bytes);
  }
  if (operation.iif !== '') writer.string(FRA.iifname, operation.iif);
  if (operation.oif !== '') writer.string(FRA.oifname, operation.oif);
  if (operation.fwmark !== 0) {
    writer.u32(FRA.fwmark, operation.fwmark);
    writer.u32(FRA.fwmask, 0xffffffff);
  }
  writer.u32(FRA.priority, operation.priority);
  writer.u32(FRA.table, operation.table);
  if (operation.protocol !== undefined) writer.data(FRA.protocol, Uint8Array.of(operation.protocol));
  writer.end();
}

/** As the kernel has told it: all but the flags that say how the rule fares. */
function encodeAsRead(writer: MessageWriter, message: Buffer): void {
  const at = writer.reserve(message.length);
  writer.bytes.buffer.set(message, at);
  const { view } = writer.bytes;
  view.setUint32(at + 8, view.getUint32(at + 8, true) & FIB_RULE_INVERT, true);
}
