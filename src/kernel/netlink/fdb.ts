/** RTM_NEWNEIGH of family AF_BRIDGE (`neighbour.h`, `drivers/net/vxlan`): the forwarding tables of vxlan links. */
import type { FdbObservation } from '../../model/observation.js';
import type { FdbOperation } from '../../model/operation.js';
import { dump } from './dump.js';
import { addressText, AF_INET, AF_INET6, macText } from './ip-text.js';
import type { DecodedLink } from './links.js';
import {
  attributeEnd,
  attributeType,
  type Bytes,
  MessageWriter,
  NLM_F_ACK,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REPLACE,
  nextAttribute,
} from './message.js';
import { entryAddress, entryMac, NUD_NOARP, NUD_PERMANENT, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './neighbours.js';
import type { NetlinkSocket } from './socket.js';

const AF_BRIDGE = 7;

const NDA = { dst: 1, lladdr: 2, port: 6, vni: 7, ifindex: 8, nhId: 13 } as const;
/** The link's own entry, not one of the bridge that it is a port of. */
export const NTF_SELF = 0x02;
/** One of the bridge that the link is a port of. */
const NTF_MASTER = 0x04;
/** A routing daemon's. */
const NTF_EXT_LEARNED = 0x10;

/** struct ndmsg */
const HEADER = 12;

export const hasFdb = ({ type }: DecodedLink): boolean => type === 'vxlan';

export function readFdb(socket: NetlinkSocket, links: readonly DecodedLink[]): readonly FdbObservation[] {
  const tunnels = links.filter(hasFdb);
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return tunnels.flatMap((link) => readOne(socket, link, (index) => names.get(index) ?? `if${index}`));
}

/** A kernel that does not check strictly gives the entries of all links. */
function readOne(socket: NetlinkSocket, { index, name }: DecodedLink, nameOf: (index: number) => string): readonly FdbObservation[] {
  const writer = new MessageWriter(64);
  writer.begin(RTM_GETNEIGH, NLM_F_DUMP);
  const header = writer.reserve(HEADER);
  writer.bytes.view.setUint8(header, AF_BRIDGE);
  writer.bytes.view.setInt32(header + 4, index, true);
  writer.end();
  let entries: FdbObservation[] = [];
  dump(
    socket,
    writer,
    () => (entries = []),
    (bytes, _type, start, end) => {
      const entry = bytes.view.getUint32(start + 4, true) === index ? decode(bytes, start, end, name, nameOf) : null;
      if (entry !== null) entries.push(entry);
    },
  );
  return entries;
}

function decode(bytes: Bytes, start: number, end: number, dev: string, nameOf: (index: number) => string): FdbObservation | null {
  const { view } = bytes;
  const state = view.getUint16(start + 8, true);
  const flags = view.getUint8(start + 10);
  if ((flags & NTF_SELF) === 0 || (flags & NTF_EXT_LEARNED) !== 0 || (state & (NUD_PERMANENT | NUD_NOARP)) === 0) return null;
  let mac = '';
  let dst = '';
  const other: string[] = (state & NUD_PERMANENT) === 0 ? ['static'] : [];
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === NDA.lladdr) mac = macText(view, at + 4, attributeEnd(view, at));
    else if (type === NDA.dst) dst = addressText(view, at + 4, attributeEnd(view, at) - at === 8 ? AF_INET : AF_INET6);
    else if (type === NDA.port) other.push(`port ${view.getUint16(at + 4, false)}`);
    else if (type === NDA.vni) other.push(`vni ${view.getUint32(at + 4, true)}`);
    else if (type === NDA.ifindex) other.push(`via ${nameOf(view.getUint32(at + 4, true))}`);
    else if (type === NDA.nhId) other.push(`nhid ${view.getUint32(at + 4, true)}`);
  }
  return { dev, mac, dst, other: other.join(' ') };
}

const FLAGS = { 'fdb-set': NLM_F_CREATE | NLM_F_REPLACE, 'fdb-append': NLM_F_CREATE | NLM_F_APPEND, 'fdb-delete': 0 } as const;

export function encodeFdb(writer: MessageWriter, operation: FdbOperation, indexOf: (name: string) => number): void {
  const { op, dev, mac, dst, other = '', learned } = operation;
  writer.begin(op === 'fdb-delete' ? RTM_DELNEIGH : RTM_NEWNEIGH, FLAGS[op] | NLM_F_ACK);
  const header = writer.reserve(HEADER);
  const { view } = writer.bytes;
  view.setUint8(header, AF_BRIDGE);
  view.setUint32(header + 4, indexOf(dev), true);
  view.setUint16(header + 8, NUD_PERMANENT, true);
  view.setUint8(header + 10, learned === true ? NTF_MASTER : NTF_SELF);
  writer.data(NDA.lladdr, entryMac(mac));
  if (dst !== '') writer.data(NDA.dst, entryAddress(dst));
  if (other !== '') encodeOther(writer, new Map(pairs(other.split(' '))), indexOf);
  writer.end();
}

/** The other link that an entry names. */
export const fdbVia = ({ other = '' }: FdbOperation): readonly string[] =>
  pairs(other.split(' ')).flatMap(([word, name]) => (word === 'via' ? [name] : []));

function pairs(words: readonly string[]): readonly (readonly [string, string])[] {
  const from = words[0] === 'static' ? 1 : 0;
  return words.slice(from).flatMap((word, i, all) => (i % 2 === 0 ? [[word, all[i + 1] ?? ''] as const] : []));
}

function encodeOther(writer: MessageWriter, words: ReadonlyMap<string, string>, indexOf: (name: string) => number): void {
  const port = Number(words.get('port'));
  if (words.has('port')) writer.data(NDA.port, Uint8Array.of(port >> 8, port & 0xff));
  if (words.has('vni')) writer.u32(NDA.vni, Number(words.get('vni')));
  if (words.has('via')) writer.u32(NDA.ifindex, indexOf(words.get('via') ?? ''));
}
