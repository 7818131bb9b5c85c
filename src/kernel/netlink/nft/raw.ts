/**
 * A table of family inet as the kernel tells it, message by message, so that it can be given back as it was: what somebody
 * has added by hand, and what this program has no words for, comes back with it.
 */
import type { NftMessage } from '../../../model/operation.js';
import {
  ATTRIBUTE_HEADER,
  attributeString,
  attributeType,
  bytesOf,
  type Bytes,
  MessageWriter,
  nextAttribute,
  NLM_F_ACK,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
} from '../message.js';
import { errnoName } from '../libc.js';
import type { NetlinkSocket } from '../socket.js';
import { writeFamily } from './attributes.js';
import { GENERIC_HEADER, NFPROTO_INET, NFT, SET, SET_ELEMENTS, TABLE } from './protocol.js';
import { begin, removeTable, transaction, type Transaction } from './transaction.js';

/** Attributes that a message of each type may have; the others say what the kernel has made of it (handles, uses, positions). */
const GIVEN: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [NFT.newTable, new Set([1, 2, 6])],
  [NFT.newObject, new Set([1, 2, 3, 4, 8])],
  [NFT.newFlowtable, new Set([1, 2, 3, 7])],
  [NFT.newSet, new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 17, 18])],
  [NFT.newChain, new Set([1, 3, 4, 5, 7, 8, 10, 12])],
  [NFT.newSetElement, new Set([1, 2, 3])],
  [NFT.newRule, new Set([1, 2, 4, 5, 7])],
]);

/** In the order in which they can be made: what others name comes first. */
const BEFORE_ELEMENTS = [NFT.getObject, NFT.getFlowtable, NFT.getSet, NFT.getChain] as const;

/** Any transaction in the namespace moves the generation. */
const ATTEMPTS = 50;

/** Empty: there is no such table. */
export function rawTable(socket: NetlinkSocket, table: string): readonly NftMessage[] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reading: Reading = { socket, table, generations: new Set(), torn: false };
    const messages = readOnce(reading);
    if (!reading.torn && reading.generations.size <= 1) return messages;
  }
  throw new Error(`the nftables rules of this namespace change faster than table ${table} can be read`);
}

interface Reading {
  readonly socket: NetlinkSocket;
  readonly table: string;
  readonly generations: Set<number>;
  torn: boolean;
}

function readOnce(reading: Reading): readonly NftMessage[] {
  const own = ask(reading, NFT.getTable, NLM_F_ACK);
  if (own.length === 0) return [];
  const parts = BEFORE_ELEMENTS.flatMap((type) => ask(reading, type, NLM_F_DUMP));
  const sets = parts.filter(({ type }) => type === NFT.newSet).map(({ data }) => nameOf(data, SET.name));
  const elements = sets.flatMap((set) => ask(reading, NFT.getSetElement, NLM_F_DUMP, set));
  return [...own, ...parts, ...elements, ...ask(reading, NFT.getRule, NLM_F_DUMP)];
}

function ask(reading: Reading, type: number, flags: number, set?: string): readonly NftMessage[] {
  const writer = new MessageWriter(256);
  writer.begin(type, flags);
  writeFamily(writer, NFPROTO_INET);
  writer.string(TABLE.name, reading.table);
  if (set !== undefined) writer.string(SET_ELEMENTS.set, set);
  writer.end();
  const messages: NftMessage[] = [];
  const [reply] = reading.socket.exchange(writer.bytes, writer.length, (bytes, answer, start, end) => {
    reading.generations.add(bytes.view.getUint16(start + 2));
    const given = givenPart(bytes, answer & 0xffff, start + GENERIC_HEADER, end);
    // Not every release of the kernel filters every dump by table.
    if (nameOf(given, TABLE.name) === reading.table) messages.push({ type: answer, data: given.toString('base64') });
  });
  const code = reply === undefined || reply.errno === 0 ? '' : errnoName(reply.errno);
  if (reply === undefined || reply.interrupted) reading.torn = true;
  if (code !== '' && !(ABSENT.has(code) && type === NFT.getTable)) {
    if (code !== 'ENOENT') throw new Error(`reading the nftables table ${reading.table}: ${code}`);
    reading.torn = true;
  }
  return messages;
}

/** ENOENT; the others of kernels without nf_tables, or without the family. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'EINVAL', 'EAFNOSUPPORT', 'EOPNOTSUPP']);

function givenPart({ buffer, view }: Bytes, type: number, start: number, end: number): Buffer {
  const given = GIVEN.get(type) ?? new Set();
  const parts: Buffer[] = [];
  for (let at = start; at < end; at = nextAttribute(view, at))
    if (given.has(attributeType(view, at))) parts.push(Buffer.from(buffer.subarray(at, nextAttribute(view, at))));
  return Buffer.concat(parts);
}

function nameOf(data: Buffer | string, attribute: number): string {
  const bytes = bytesOf(typeof data === 'string' ? Buffer.from(data, 'base64') : data);
  for (let at = 0; at + ATTRIBUTE_HEADER <= bytes.buffer.length; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === attribute) return attributeString(bytes, at);
  return '';
}

/** The table as it is now goes, and the one that was kept comes at the same instant. */
export function encodeRestore(table: string, messages: readonly NftMessage[]): Transaction {
  return transaction(true, (draft) => {
    removeTable(draft, table);
    let set = 0;
    for (const { type, data } of messages) {
      begin(draft, type, type === NFT.newRule ? NLM_F_CREATE | NLM_F_APPEND : NLM_F_CREATE, { part: 'table', table });
      const bytes = Buffer.from(data, 'base64');
      const at = draft.writer.reserve(bytes.length);
      draft.writer.bytes.buffer.set(bytes, at);
      if (type === NFT.newSet) draft.writer.u32(SET.id, ++set, false);
      draft.writer.end();
    }
  });
}
