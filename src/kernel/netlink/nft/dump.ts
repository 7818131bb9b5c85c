/** Reads a table of family inet back: two system calls where there is none, a handful where there is one. */
import type { NftMapObservation, NftRuleText, NftTableObservation } from '../../../model/observation.js';
import { type Bytes, MessageWriter, NLM_F_ACK, NLM_F_DUMP } from '../message.js';
import type { NetlinkSocket } from '../socket.js';
import { errnoName } from '../libc.js';
import { writeFamily } from './attributes.js';
import { type MapKey, mapType } from '../../../model/nft-text.js';
import { inOrder } from '../../../model/nft/canonical.js';
import { parseMember, parseRule, parseTable, type TablePart } from './parse.js';
import { parseElements, parseSet } from './parse-set.js';
import { parseChain } from './parse-chain.js';
import { GENERIC_HEADER, NFPROTO_INET, NFT, SET_ELEMENTS, TABLE } from './protocol.js';

/** Any transaction in the namespace, of whatever table, moves the generation; a thousand rules are read in milliseconds. */
const ATTEMPTS = 50;

/** ENOENT; EINVAL of a kernel without nf_tables, EAFNOSUPPORT of one without the family (`net/netfilter/nfnetlink.c`). */
const NO_SUCH_TABLE: ReadonlySet<string> = new Set(['ENOENT', 'EINVAL', 'EAFNOSUPPORT', 'EOPNOTSUPP']);

const MEMBERS = [
  ['object', NFT.getObject],
  ['flowtable', NFT.getFlowtable],
] as const;

/** null: there is no such table. */
export function readTable(socket: NetlinkSocket, name: string): NftTableObservation | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reading: Reading = { socket, name, generations: new Set(), torn: false };
    const table = readOnce(reading);
    if (!reading.torn && reading.generations.size <= 1) return table;
  }
  throw new Error(`the nftables rules of this namespace change faster than table ${name} can be read`);
}

/** Of family inet, all that the namespace has. One that comes or goes meanwhile may be missing. */
export function tableNames(socket: NetlinkSocket): readonly string[] {
  const writer = new MessageWriter(64);
  writer.begin(NFT.getTable, NLM_F_DUMP);
  writeFamily(writer, NFPROTO_INET);
  writer.end();
  const names: string[] = [];
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) =>
    names.push(parseTable(bytes, start + GENERIC_HEADER, end).name),
  );
  return names;
}

/** Every answer carries the generation it belongs to; a reading with more than one of them is torn. */
interface Reading {
  readonly socket: NetlinkSocket;
  readonly name: string;
  readonly generations: Set<number>;
  torn: boolean;
}

function readOnce(reading: Reading): NftTableObservation | null {
  const table = getTable(reading);
  if (table === null) return null;
  const chains = dump(reading, NFT.getChain, parseChain);
  const byName = new Map(chains.map(({ name, hook }) => [name, { name, hook, rules: [] as NftRuleText[] }]));
  const rules = chains.length === 0 ? [] : dump(reading, NFT.getRule, parseRule);
  for (const { chain, rule } of rules) byName.get(chain)?.rules.push(rule);
  // The kernel counts chains, sets, objects and flowtables in one number.
  const { maps, members } = table.use === chains.length ? { maps: [], members: [] } : readMembers(reading);
  if (rules.length === 0) confirm(reading);
  return {
    name: reading.name,
    comment: table.comment,
    chains: [...byName.values()],
    maps,
    other: [...table.other, ...members],
  };
}

function readMembers(reading: Reading): { readonly maps: readonly NftMapObservation[]; readonly members: readonly string[] } {
  const sets = dump(reading, NFT.getSet, parseSet);
  const others = MEMBERS.flatMap(([kind, type]) => dump(reading, type, parseMember).map(({ name }) => `${kind} ${name}`));
  return {
    maps: sets.flatMap(({ name, key }) => (key === null ? [] : [{ name, type: mapType(key), elements: readElements(reading, name, key) }])),
    members: [...sets.filter(({ key, isAnonymous }) => key === null && !isAnonymous).map(({ name }) => `set ${name}`), ...others],
  };
}

function readElements(reading: Reading, set: string, key: MapKey): readonly NftRuleText[] {
  return inOrder(dump(reading, NFT.getSetElement, parseElements(key), set).flatMap(({ elements }) => elements));
}

/** An empty dump has no generation to compare. */
function confirm(reading: Reading): void {
  if (getTable(reading) === null) reading.torn = true;
}

function getTable(reading: Reading): TablePart | null {
  let table: TablePart | null = null;
  const code = ask(reading, NFT.getTable, NLM_F_ACK, (bytes, start, end) => {
    table = parseTable(bytes, start, end);
  });
  if (code !== '' && !NO_SUCH_TABLE.has(code)) throw new Error(`reading the nftables table ${reading.name}: ${code}`);
  return table;
}

interface Part {
  readonly table: string;
}

/** Not every release of the kernel filters every dump by table, so the table is looked at here too. */
function dump<T extends Part>(reading: Reading, type: number, parse: (bytes: Bytes, start: number, end: number) => T, set?: string): T[] {
  const parts: T[] = [];
  const visit = (bytes: Bytes, start: number, end: number): void => {
    const part = parse(bytes, start, end);
    if (part.table === reading.name) parts.push(part);
  };
  const code = ask(reading, type, NLM_F_DUMP, visit, set);
  if (code === 'ENOENT') reading.torn = true;
  else if (code !== '') throw new Error(`reading the nftables table ${reading.name}: ${code}`);
  return parts;
}

/** The name of the errno or ''. Tables, chains, rules, sets and all have the name of the table in attribute 1. */
function ask(
  reading: Reading,
  type: number,
  flags: number,
  visit: (bytes: Bytes, start: number, end: number) => void,
  set?: string,
): string {
  const writer = new MessageWriter(256);
  writer.begin(type, flags);
  writeFamily(writer, NFPROTO_INET);
  writer.string(TABLE.name, reading.name);
  if (set !== undefined) writer.string(SET_ELEMENTS.set, set);
  writer.end();
  const [reply] = reading.socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) => {
    reading.generations.add(bytes.view.getUint16(start + 2));
    visit(bytes, start + GENERIC_HEADER, end);
  });
  if (reply === undefined || reply.interrupted) reading.torn = true;
  return reply === undefined || reply.errno === 0 ? '' : errnoName(reply.errno);
}
