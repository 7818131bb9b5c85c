/** RTM_NEWRULE (`fib_rules.h`): observation and operations. */
import type { RuleObservation } from '../../model/observation.js';
import type { RuleOperation } from '../../model/operation.js';
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
  priority: 6,
  fwmark: 10,
  suppressIfgroup: 13,
  suppressPrefix: 14,
  table: 15,
  fwmask: 16,
  oifname: 17,
  pad: 18,
  protocol: 21,
} as const;
/** What is there and has no word here. */
const OTHER: ReadonlyMap<number, string> = new Map([
  [4, 'goto'],
  [11, 'realms'],
  [12, 'tun_id'],
  [13, 'suppress_ifgroup'],
  [14, 'suppress_prefixlength'],
  [19, 'l3mdev'],
  [20, 'uidrange'],
  [22, 'ipproto'],
  [23, 'sport'],
  [24, 'dport'],
]);
const ACTIONS = ['unspec', 'table', 'goto', 'nop', 'res3', 'res4', 'blackhole', 'unreachable', 'prohibit'];
const TO_TABLE = 1;
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
  if (view.getUint8(start + 3) !== 0) other.push(`tos ${view.getUint8(start + 3)}`);
  if (action !== TO_TABLE) other.push(ACTIONS[action] ?? `action ${action}`);
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
    else if (!isUnset(view, at, type)) other.push(unknown(view, at, type));
  }
  if (mask !== 0xffffffff) other.push(`fwmask ${mask}`);
  return { family: family === AF_INET6 ? 6 : 4, priority, table, from, to, iif, oif, fwmark, protocol, other: other.join(' ') };
}

/** Minus one is how the kernel says that nothing is suppressed. */
function isUnset(view: DataView, at: number, type: number): boolean {
  if (type === FRA.pad) return true;
  return (type === FRA.suppressIfgroup || type === FRA.suppressPrefix) && view.getInt32(at + 4, true) === -1;
}

function unknown(view: DataView, at: number, type: number): string {
  const length = view.getUint16(at, true) - 4;
  const digits = Array.from({ length }, (_, i) =>
    view
      .getUint8(at + 4 + i)
      .toString(16)
      .padStart(2, '0'),
  );
  return `${OTHER.get(type) ?? `attribute ${type}`} ${digits.join('')}`;
}

export function encodeRule(writer: MessageWriter, operation: RuleOperation): void {
  writer.begin(
    operation.op === 'rule-add' ? RTM_NEWRULE : RTM_DELRULE,
    (operation.op === 'rule-add' ? NLM_F_CREATE | NLM_F_EXCL : 0) | NLM_F_ACK,
  );
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
