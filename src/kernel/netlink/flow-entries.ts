/** Flows that the kernel remembers, as it tells of them (`linux/netfilter/nfnetlink_conntrack.h`). */
import { addressOfBytes } from '../../model/address.js';
import { dump } from './dump.js';
import { AF_INET, AF_INET6 } from './ip-text.js';
import { ATTRIBUTE_HEADER, attributeEnd, attributeType, type Bytes, MessageWriter, NLM_F_DUMP, nextAttribute } from './message.js';
import { writeFamily } from './nft/attributes.js';
import { GENERIC_HEADER } from './nft/protocol.js';
import type { NetlinkSocket } from './socket.js';

const NFNL_SUBSYS_CTNETLINK = 1;
export const CT_NEW = NFNL_SUBSYS_CTNETLINK << 8;
const CT_GET = (NFNL_SUBSYS_CTNETLINK << 8) | 1;
export const CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;

export const CTA = { original: 1, reply: 2, status: 3, natSource: 6, timeout: 7, id: 12, zone: 18 } as const;
const TUPLE = { ip: 1, protocol: 2 } as const;
const IP = { source4: 1, destination4: 2, source6: 3, destination6: 4 } as const;
const PROTOCOL = { number: 1, sourcePort: 2, destinationPort: 3 } as const;
export const IPPROTO_UDP = 17;
const IPS_DST_NAT = 0x20;

export interface Tuple {
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  protocol: number;
}

export interface Entry {
  readonly original: Tuple;
  readonly reply: Tuple;
  /** Its destination is another one than its sender's. */
  readonly translated: boolean;
  /** Attributes as they stood in the answer: tuples and zone with which it is named. */
  readonly raw: ReadonlyMap<number, Buffer>;
}

/** Those that `wanted` chooses. */
export function readEntries(socket: NetlinkSocket, family: 4 | 6, wanted: (entry: Entry) => boolean): readonly Entry[] {
  const writer = new MessageWriter(64);
  writer.begin(CT_GET, NLM_F_DUMP);
  writeFamily(writer, family === 4 ? AF_INET : AF_INET6);
  writer.end();
  let entries: Entry[] = [];
  dump(
    socket,
    writer,
    () => (entries = []),
    (bytes, _type, start, end) => {
      const entry = decode(bytes, start + GENERIC_HEADER, end);
      if (wanted(entry)) entries.push(entry);
    },
  );
  return entries;
}

const KEPT: ReadonlySet<number> = new Set([CTA.original, CTA.reply, CTA.id, CTA.zone]);

function decode(bytes: Bytes, start: number, end: number): Entry {
  const original: Tuple = { source: '', sourcePort: 0, destination: '', destinationPort: 0, protocol: 0 };
  const reply: Tuple = { ...original };
  const raw = new Map<number, Buffer>();
  let status = 0;
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === CTA.original) readTuple(bytes, at, original);
    else if (type === CTA.reply) readTuple(bytes, at, reply);
    else if (type === CTA.status) status = bytes.view.getUint32(at + ATTRIBUTE_HEADER);
    if (KEPT.has(type)) raw.set(type, Buffer.from(bytes.buffer.subarray(at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at))));
  }
  return { original, reply, translated: (status & IPS_DST_NAT) !== 0, raw };
}

function readTuple({ buffer, view }: Bytes, outer: number, tuple: Tuple): void {
  const end = attributeEnd(view, outer);
  for (let part = outer + ATTRIBUTE_HEADER; part < end; part = nextAttribute(view, part)) {
    const isIp = attributeType(view, part) === TUPLE.ip;
    if (!isIp && attributeType(view, part) !== TUPLE.protocol) continue;
    for (let at = part + ATTRIBUTE_HEADER; at < attributeEnd(view, part); at = nextAttribute(view, at)) {
      const type = attributeType(view, at);
      const text = (): string => addressOfBytes([...buffer.subarray(at + ATTRIBUTE_HEADER, attributeEnd(view, at))]).text;
      if (isIp && (type === IP.source4 || type === IP.source6)) tuple.source = text();
      else if (isIp && (type === IP.destination4 || type === IP.destination6)) tuple.destination = text();
      else if (!isIp && type === PROTOCOL.number) tuple.protocol = view.getUint8(at + ATTRIBUTE_HEADER);
      else if (!isIp && type === PROTOCOL.sourcePort) tuple.sourcePort = view.getUint16(at + ATTRIBUTE_HEADER);
      else if (!isIp && type === PROTOCOL.destinationPort) tuple.destinationPort = view.getUint16(at + ATTRIBUTE_HEADER);
    }
  }
}
