/** Chains of others at hooks that packets of a lab pass: an `accept` of ours does not save what one of them drops. */
import type { ForeignChainObservation, ForeignHook } from '../../../model/observation.js';
import type { ForeignRule, ForeignSet, ForeignTable } from '../../../model/nft/foreign.js';
import { type Bytes, MessageWriter, NLM_F_DUMP } from '../message.js';
import type { NetlinkSocket } from '../socket.js';
import { writeFamily } from './attributes.js';
import { type ElementPart, joined, parseForeignElements, parseForeignSet, type ForeignSetPart } from './foreign-sets.js';
import { parseRule } from './parse.js';
import { parseChain } from './parse-chain.js';
import { GENERIC_HEADER, NFT, SET_ELEMENTS, TABLE } from './protocol.js';

const UNSPECIFIED = 0;
const FAMILIES: ReadonlyMap<number, ForeignChainObservation['family']> = new Map([
  [1, 'inet'],
  [2, 'ip'],
  [7, 'bridge'],
  [10, 'ip6'],
]);
const HOOKS: readonly ForeignHook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
/** Lists of addresses that are to be kept out may have a hundred thousand. */
const MOST_ELEMENTS = 4096;

/** Of tables other than those that `isOwn` knows. Two system calls where there are none. */
export function readForeignChains(
  socket: NetlinkSocket,
  netns: string,
  isOwn: (table: string) => boolean,
): readonly ForeignChainObservation[] {
  const found: Omit<ForeignChainObservation, keyof ForeignTable>[] = [];
  dump(socket, NFT.getChain, UNSPECIFIED, {}, (bytes, family, start, end) => {
    const { table, name, hook } = parseChain(bytes, start, end);
    const known = FAMILIES.get(family);
    const at = HOOKS.find((one) => hook.startsWith(`type filter hook ${one} `));
    if (known === undefined || at === undefined || isOwn(table)) return;
    const priority = Number(/ priority (-?\d+);/.exec(hook)?.[1] ?? 0);
    found.push({ netns, hook: at, priority, family: known, table, chain: name, drops: hook.includes('policy drop;') });
  });
  const tables = new Map<string, ForeignTable>();
  return found.map((one) => {
    const key = `${one.family} ${one.table}`;
    const table = tables.get(key) ?? readTable(socket, one);
    tables.set(key, table);
    return { ...one, ...table };
  });
}

function readTable(socket: NetlinkSocket, { family, table }: Pick<ForeignChainObservation, 'family' | 'table'>): ForeignTable {
  const number = [...FAMILIES].find(([, name]) => name === family)?.[0] ?? UNSPECIFIED;
  const rules = new Map<string, ForeignRule[]>();
  dump(socket, NFT.getRule, number, { table }, (bytes, ofFamily, start, end) => {
    const part = parseRule(bytes, start, end, family === 'ip' || family === 'ip6' ? number : null);
    if (ofFamily !== number || part.table !== table) return;
    const rule = { text: part.rule.text, expressions: part.expressions };
    const list = rules.get(part.chain);
    if (list === undefined) rules.set(part.chain, [rule]);
    else list.push(rule);
  });
  return { rules, sets: readSets(socket, number, table, rules) };
}

/** Those that rules look into. */
function readSets(socket: NetlinkSocket, family: number, table: string, rules: ForeignTable['rules']): ReadonlyMap<string, ForeignSet> {
  const used = new Set<unknown>();
  for (const list of rules.values())
    for (const { expressions } of list) for (const { name, fields } of expressions) if (name === 'lookup') used.add(fields['set']);
  if (used.size === 0) return new Map();
  const parts: ForeignSetPart[] = [];
  dump(socket, NFT.getSet, family, { table }, (bytes, ofFamily, start, end) => {
    const part = parseForeignSet(bytes, start, end);
    if (ofFamily === family && part.table === table && used.has(part.name)) parts.push(part);
  });
  return new Map(parts.map((part) => [part.name, readElements(socket, family, part)]));
}

function readElements(socket: NetlinkSocket, family: number, part: ForeignSetPart): ForeignSet {
  const elements: ElementPart[] = [];
  dump(socket, NFT.getSetElement, family, { table: part.table, set: part.name }, (bytes, _family, start, end) => {
    if (elements.length < MOST_ELEMENTS) elements.push(...parseForeignElements(bytes, start, end));
  });
  return joined(part, elements, elements.length >= MOST_ELEMENTS);
}

type Visit = (bytes: Bytes, family: number, start: number, end: number) => void;

/** A reading that a change has torn is good enough for a warning; a kernel without nf_tables has none of it. */
function dump(
  socket: NetlinkSocket,
  type: number,
  family: number,
  { table, set }: { readonly table?: string; readonly set?: string },
  visit: Visit,
): void {
  const writer = new MessageWriter(256);
  writer.begin(type, NLM_F_DUMP);
  writeFamily(writer, family);
  if (table !== undefined) writer.string(TABLE.name, table);
  if (set !== undefined) writer.string(SET_ELEMENTS.set, set);
  writer.end();
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) =>
    visit(bytes, bytes.view.getUint8(start), start + GENERIC_HEADER, end),
  );
}
