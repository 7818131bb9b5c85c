/**
 * A table's replacement as one transaction of nf_tables: everything between BATCH_BEGIN and BATCH_END becomes valid at
 * once, or nothing does. Without BATCH_END the kernel checks it and throws it away, which is what `nft -c` does; what
 * takes the whole of the chains (a circle of jumps, masquerade at the wrong hook) it sees on commit alone (6.18).
 */
import type { NftChain, NftMap, NftRule, NftTable } from '../../../model/operation.js';
import { MessageWriter, NLA_F_NESTED, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE } from '../message.js';
import { mapKeyOf } from '../../../model/nft-text.js';
import { addressBytes, expressionsOf, interfaceName } from '../../../model/nft/encode.js';
import { writeFamily } from './attributes.js';
import { writeData, writeExpressions } from './expression-codec.js';
import {
  BATCH_BEGIN,
  BATCH_END,
  BATCH_SUBSYSTEM,
  CHAIN,
  GENERIC_HEADER,
  HOOK,
  HOOK_NAMES,
  LIST_ELEMENT,
  NF_ACCEPT,
  NFPROTO_INET,
  NFT,
  RULE,
  SET,
  SET_DATA_VERDICT,
  SET_ELEMENT,
  SET_ELEMENTS,
  SET_IS_MAP,
  SET_KEYS,
  TABLE,
} from './protocol.js';
import { encodeComment, verdictMapUserData } from './user-data.js';

/** What a message of a transaction is about. */
export type Subject =
  | { readonly part: 'transaction' }
  | { readonly part: 'table'; readonly table: string }
  | { readonly part: 'map'; readonly table: string; readonly map: string }
  | { readonly part: 'chain'; readonly table: string; readonly chain: NftChain }
  | { readonly part: 'rule'; readonly table: string; readonly chain: string; readonly index: number; readonly rule: NftRule };

/** To be sent in one piece: nf_tables takes a transaction from a single `send`. */
export interface Transaction {
  readonly messages: Buffer;
  /** One for each message, in order. */
  readonly subjects: readonly Subject[];
}

/** The table as it is now, whatever is in it, goes and the new one comes at the same instant. */
export function encodeReplace(table: NftTable, commit: boolean): Transaction {
  return encodeTables([table], commit);
}

/** The same of several tables at once, each with a name of its own. */
export function encodeTables(tables: readonly NftTable[], commit: boolean): Transaction {
  return transaction(commit, (draft) => {
    for (const table of tables) replaceTable(draft, table);
  });
}

function replaceTable(draft: Draft, table: NftTable): void {
  removeTable(draft, table.name);
  addTable(draft, table);
  const maps = table.maps ?? [];
  maps.forEach((map, index) => addMap(draft, table.name, map, index + 1));
  for (const chain of table.chains) addChain(draft, table.name, chain);
  for (const map of maps) addElements(draft, table.name, map);
  for (const chain of table.chains) chain.rules.forEach((rule, index) => addRule(draft, table.name, chain.name, index, rule));
}

/** A table that is not there is no error. */
export function encodeDelete(tableName: string, commit: boolean): Transaction {
  return transaction(commit, (draft) => removeTable(draft, tableName));
}

interface Draft {
  readonly writer: MessageWriter;
  readonly subjects: Subject[];
  lastFlags: number;
}

export function transaction(commit: boolean, fill: (draft: Draft) => void): Transaction {
  const draft: Draft = { writer: new MessageWriter(), subjects: [], lastFlags: 0 };
  control(draft, BATCH_BEGIN);
  fill(draft);
  askForAnswer(draft);
  if (commit) control(draft, BATCH_END);
  return { messages: draft.writer.written(), subjects: draft.subjects };
}

/** Refusals come unasked; one acknowledgement at the end is enough to know that there were none. */
function askForAnswer({ writer, lastFlags }: Draft): void {
  writer.bytes.view.setUint16(lastFlags, writer.bytes.view.getUint16(lastFlags, true) | NLM_F_ACK, true);
}

function control(draft: Draft, type: number): void {
  begin(draft, type, 0, { part: 'transaction' });
  const at = draft.writer.length - GENERIC_HEADER;
  draft.writer.bytes.view.setUint8(at, 0);
  draft.writer.bytes.view.setUint16(at + 2, BATCH_SUBSYSTEM);
  draft.writer.end();
}

/** A table can be deleted only if it is there, so it is made first. No flags: those of a table that exists stay untouched. */
export function removeTable(draft: Draft, name: string): void {
  for (const type of [NFT.newTable, NFT.deleteTable]) {
    begin(draft, type, type === NFT.newTable ? NLM_F_CREATE : 0, { part: 'table', table: name });
    draft.writer.string(TABLE.name, name);
    draft.writer.end();
  }
}

function addTable(draft: Draft, { name, comment }: NftTable): void {
  begin(draft, NFT.newTable, NLM_F_CREATE, { part: 'table', table: name });
  draft.writer.string(TABLE.name, name);
  draft.writer.u32(TABLE.flags, 0, false);
  if (comment !== '') draft.writer.data(TABLE.userData, encodeComment(comment));
  draft.writer.end();
}

function addChain(draft: Draft, table: string, chain: NftChain): void {
  begin(draft, NFT.newChain, NLM_F_CREATE, { part: 'chain', table, chain });
  const { writer } = draft;
  writer.string(CHAIN.table, table);
  writer.string(CHAIN.name, chain.name);
  if (chain.hook !== undefined) {
    writer.string(CHAIN.type, chain.hook.type);
    writer.u32(CHAIN.policy, NF_ACCEPT, false);
    const hook = writer.nest(CHAIN.hook, NLA_F_NESTED);
    writer.u32(HOOK.number, HOOK_NAMES.indexOf(chain.hook.hook), false);
    writer.u32(HOOK.priority, chain.hook.priority, false);
    writer.close(hook);
  }
  writer.end();
}

function addMap(draft: Draft, table: string, map: NftMap, id: number): void {
  begin(draft, NFT.newSet, NLM_F_CREATE, { part: 'map', table, map: map.name });
  const { writer } = draft;
  const key = SET_KEYS[mapKeyOf(map)];
  writer.string(SET.table, table);
  writer.string(SET.name, map.name);
  writer.u32(SET.flags, SET_IS_MAP, false);
  writer.u32(SET.keyType, key.type, false);
  writer.u32(SET.keyLength, key.length, false);
  writer.u32(SET.dataType, SET_DATA_VERDICT, false);
  writer.u32(SET.id, id, false);
  writer.data(SET.userData, verdictMapUserData('family' in map));
  writer.end();
}

/** A list is an attribute, which has 64 KB at most. */
const ELEMENTS_AT_ONCE = 400;

function addElements(draft: Draft, table: string, one: NftMap): void {
  const { writer } = draft;
  const map = one.name;
  const elements =
    'family' in one
      ? one.elements.map(({ address, chain }) => ({
          key: addressBytes(address),
          verdict: chain === undefined ? 'accept' : `jump ${chain}`,
        }))
      : one.elements.map((element) => ({ key: interfaceName(element.interface), verdict: `jump ${element.chain}` }));
  for (let first = 0; first < elements.length; first += ELEMENTS_AT_ONCE) {
    begin(draft, NFT.newSetElement, NLM_F_CREATE, { part: 'map', table, map });
    writer.string(SET_ELEMENTS.table, table);
    writer.string(SET_ELEMENTS.set, map);
    const list = writer.nest(SET_ELEMENTS.elements, NLA_F_NESTED);
    for (const { key, verdict } of elements.slice(first, first + ELEMENTS_AT_ONCE)) {
      const element = writer.nest(LIST_ELEMENT, NLA_F_NESTED);
      writeData(writer, SET_ELEMENT.key, key);
      writeData(writer, SET_ELEMENT.data, verdict);
      writer.close(element);
    }
    writer.close(list);
    writer.end();
  }
}

function addRule(draft: Draft, table: string, chain: string, index: number, rule: NftRule): void {
  begin(draft, NFT.newRule, NLM_F_CREATE | NLM_F_APPEND, { part: 'rule', table, chain, index, rule });
  const { writer } = draft;
  writer.string(RULE.table, table);
  writer.string(RULE.chain, chain);
  writeExpressions(writer, RULE.expressions, expressionsOf(rule));
  if (rule.comment !== '') writer.data(RULE.userData, encodeComment(rule.comment));
  writer.end();
}

export function begin(draft: Draft, type: number, flags: number, subject: Subject): void {
  draft.lastFlags = draft.writer.length + 6;
  draft.writer.begin(type, flags);
  writeFamily(draft.writer, NFPROTO_INET);
  draft.subjects.push(subject);
}
