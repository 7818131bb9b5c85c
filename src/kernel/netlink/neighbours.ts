/** RTM_NEWNEIGH (`neighbour.h`): observation and operations. */
import type { NeighbourObservation } from '../../model/observation.js';
import type { NeighbourOperation } from '../../model/operation.js';
import { addressBytes, addressText, AF_INET, AF_INET6, AF_UNSPEC, familyNumber, macBytes, macText } from './ip-text.js';
import { knownText } from './known.js';
import {
  attributeEnd,
  attributeType,
  type Bytes,
  type MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REPLACE,
  nextAttribute,
} from './message.js';

export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

const NDA = { dst: 1, lladdr: 2 } as const;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;
export const NTF_PROXY = 0x08;
/** Somebody has something to send there. */
const NTF_USE = 0x01;

/** struct ndmsg */
const HEADER = 12;

/** Of entries, which many hosts have alike. */
export const entryMac = knownText(macBytes);
export const entryAddress = knownText(addressBytes);

/** Proxy entries stand in a table of their own, and are asked for by a flag. */
export function requestNeighbours(writer: MessageWriter, proxies: boolean): void {
  writer.begin(RTM_GETNEIGH, NLM_F_DUMP);
  const header = writer.reserve(HEADER);
  writer.bytes.view.setUint8(header, AF_UNSPEC);
  writer.bytes.view.setUint8(header + 10, proxies ? NTF_PROXY : 0);
  writer.end();
}

/** Null for what the kernel keeps for itself: multicast and broadcast (NUD_NOARP), other families. */
export function decodeNeighbour(bytes: Bytes, start: number, end: number, nameOf: (index: number) => string): NeighbourObservation | null {
  const { view } = bytes;
  const family = view.getUint8(start);
  const state = view.getUint16(start + 8, true);
  const proxy = (view.getUint8(start + 10) & NTF_PROXY) !== 0;
  if ((family !== AF_INET && family !== AF_INET6) || (!proxy && (state & NUD_NOARP) !== 0)) return null;
  let address = '';
  let mac = '';
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === NDA.dst) address = addressText(view, at + 4, family);
    else if (type === NDA.lladdr && !proxy) mac = macText(view, at + 4, attributeEnd(view, at));
  }
  const index = view.getUint32(start + 4, true);
  return { dev: index === 0 ? '' : nameOf(index), address, mac, permanent: proxy || (state & NUD_PERMANENT) !== 0 };
}

/** Without a MAC address it is a proxy entry, or nothing but a question. */
export function encodeNeighbour(writer: MessageWriter, operation: NeighbourOperation, index: number): void {
  // One that is under way, for three seconds, is not asked anew (`neigh_event_send`): it is forgotten first.
  if (operation.asks === true) encodeEntry(writer, operation, index, 0);
  encodeEntry(writer, operation, index, operation.asks === true ? NTF_USE : NTF_PROXY);
}

/** `flags`: of one without a MAC address. */
function encodeEntry(writer: MessageWriter, operation: NeighbourOperation, index: number, flags: number): void {
  const adds = operation.op === 'neighbour-set';
  writer.begin(adds ? RTM_NEWNEIGH : RTM_DELNEIGH, (adds ? NLM_F_CREATE | NLM_F_REPLACE : 0) | NLM_F_ACK);
  const header = writer.reserve(HEADER);
  const { view } = writer.bytes;
  view.setUint8(header, familyNumber(operation.address));
  view.setUint32(header + 4, index, true);
  view.setUint16(header + 8, operation.mac === '' ? 0 : NUD_PERMANENT, true);
  view.setUint8(header + 10, operation.mac === '' ? flags : 0);
  writer.data(NDA.dst, entryAddress(operation.address));
  if (adds && operation.mac !== '') writer.data(NDA.lladdr, entryMac(operation.mac));
  writer.end();
}
