/** Flows that the kernel remembers (`linux/netfilter/nfnetlink_conntrack.h`): an entry decides where a flow goes, whatever the rules say since. */
import { constants } from 'node:os';
import { addressOfBytes } from '../../model/address.js';
import type { UdpFlows } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { decodeAddress, requestAddresses } from './addresses.js';
import { dump } from './dump.js';
import { AF_INET, AF_INET6 } from './ip-text.js';
import {
  ATTRIBUTE_HEADER,
  attributeEnd,
  attributeType,
  type Bytes,
  MessageWriter,
  NLA_F_NESTED,
  NLM_F_ACK,
  NLM_F_DUMP,
  nextAttribute,
} from './message.js';
import { writeFamily } from './nft/attributes.js';
import { GENERIC_HEADER } from './nft/protocol.js';
import { outcomeOf } from './refusal.js';
import type { NetlinkSocket } from './socket.js';

const NFNL_SUBSYS_CTNETLINK = 1;
const CT_GET = (NFNL_SUBSYS_CTNETLINK << 8) | 1;
const CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;

const CTA = { original: 1, reply: 2, status: 3, id: 12, zone: 18 } as const;
const TUPLE = { ip: 1, protocol: 2 } as const;
const IP = { source4: 1, destination4: 2, source6: 3, destination6: 4 } as const;
const PROTOCOL = { number: 1, destinationPort: 3 } as const;
const IPPROTO_UDP = 17;
const IPS_DST_NAT = 0x20;

/** Not more than the receive buffer takes acknowledgements of. */
const DELETIONS_AT_ONCE = 50;

interface Tuple {
  source: string;
  destination: string;
  protocol: number;
  port: number;
}

interface Entry {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly translated: boolean;
  /** Attributes that name the entry, as they stood in the answer. */
  readonly name: readonly (readonly [type: number, payload: Buffer])[];
}

/** With the sockets of one namespace. A kernel that does not tell of its flows cannot be helped: they end by themselves. */
export function deleteFlows(netfilter: NetlinkSocket, route: NetlinkSocket, flows: readonly UdpFlows[]): Outcome {
  const local = flows.some(({ target }) => target === '') ? localAddresses(route) : new Set<string>();
  for (const family of [4, 6] as const) {
    const wanted = flows.filter((one) => one.family === family);
    const outcome = wanted.length === 0 ? OK : deleteEntries(netfilter, family, entriesOf(netfilter, family, wanted, local));
    if (!outcome.ok) return outcome;
  }
  return OK;
}

const OK: Outcome = { ok: true };

function entriesOf(socket: NetlinkSocket, family: 4 | 6, wanted: readonly UdpFlows[], local: ReadonlySet<string>): readonly Entry[] {
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
      if (entry.original.protocol === IPPROTO_UDP && wanted.some((one) => isOf(entry, one, local))) entries.push(entry);
    },
  );
  return entries;
}

function isOf({ original, reply, translated }: Entry, { address, from, to, target }: UdpFlows, local: ReadonlySet<string>): boolean {
  if (original.port < from || original.port > to || (address !== '' && original.destination !== address)) return false;
  if (target === null) return true;
  if (target !== '') return reply.source === target && reply.source !== original.destination;
  return !translated && (original.destination.startsWith('127.') || local.has(original.destination));
}

function decode(bytes: Bytes, start: number, end: number): Entry {
  const original: Tuple = { source: '', destination: '', protocol: 0, port: 0 };
  const reply: Tuple = { ...original };
  const name: (readonly [number, Buffer])[] = [];
  let status = 0;
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === CTA.original) readTuple(bytes, at, original);
    else if (type === CTA.reply) readTuple(bytes, at, reply);
    else if (type === CTA.status) status = bytes.view.getUint32(at + ATTRIBUTE_HEADER);
    if (type === CTA.original || type === CTA.id || type === CTA.zone)
      name.push([type, Buffer.from(bytes.buffer.subarray(at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at)))]);
  }
  return { original, reply, translated: (status & IPS_DST_NAT) !== 0, name };
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
      else if (!isIp && type === PROTOCOL.destinationPort) tuple.port = view.getUint16(at + ATTRIBUTE_HEADER);
    }
  }
}

function deleteEntries(socket: NetlinkSocket, family: 4 | 6, entries: readonly Entry[]): Outcome {
  const writer = new MessageWriter();
  for (let first = 0; first < entries.length; first += DELETIONS_AT_ONCE) {
    writer.clear();
    for (const { name } of entries.slice(first, first + DELETIONS_AT_ONCE)) {
      writer.begin(CT_DELETE, NLM_F_ACK);
      writeFamily(writer, family === 4 ? AF_INET : AF_INET6);
      for (const [type, payload] of name) writer.data(type === CTA.original ? type | NLA_F_NESTED : type, payload);
      writer.end();
    }
    // ENOENT: it has ended by itself.
    const failed = socket.exchange(writer.bytes, writer.length).find(({ errno }) => errno !== 0 && errno !== constants.errno.ENOENT);
    if (failed !== undefined) return outcomeOf('conntrack-delete', failed);
  }
  return OK;
}

function localAddresses(route: NetlinkSocket): ReadonlySet<string> {
  const writer = new MessageWriter(64);
  requestAddresses(writer);
  const addresses = new Set<string>();
  dump(
    route,
    writer,
    () => addresses.clear(),
    (bytes, _type, start, end) => addresses.add(decodeAddress(bytes, start, end, String).address.split('/', 1)[0] ?? ''),
  );
  return addresses;
}
