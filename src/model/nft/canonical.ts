/**
 * The form in which desired and observed rules are compared: expressions with defaults left out, so that what is sent
 * and what the kernel gives back are the same, and the comment. Handles and the values of counters are no part of it.
 */
import { chainHookText, elementsOf, elementText, mapKeyOf, mapType, ruleText } from '../nft-text.js';
import type { NftChainObservation, NftMapObservation, NftRuleText, NftTableObservation } from '../observation.js';
import type { NftChain, NftMap, NftRule, NftTable } from '../operation.js';
import { expressionsOf } from './encode.js';
import { type Expression, EXPRESSIONS, type Field, NAT_FLAGS } from './expressions.js';

/** What reading the table gives once the kernel has exactly this. Pure. */
export function desiredTable(table: NftTable): NftTableObservation {
  return {
    name: table.name,
    comment: table.comment,
    chains: table.chains.map(desiredChain),
    maps: (table.maps ?? []).map(desiredMap),
    other: [],
  };
}

function desiredMap(map: NftMap): NftMapObservation {
  const elements = elementsOf(map).map(({ key, verdict }) => mapElement(key, verdict, ''));
  return { name: map.name, type: mapType(mapKeyOf(map)), elements: inOrder(elements) };
}

/** `rest` is what else the element has: a timeout, a comment, a counter. */
export function mapElement(key: string, verdict: string, rest: string): NftRuleText {
  return { text: elementText(key, verdict), code: JSON.stringify({ key, verdict, ...(rest === '' ? {} : { rest }) }) };
}

/** The kernel keeps elements in no order. */
export function inOrder(elements: readonly NftRuleText[]): readonly NftRuleText[] {
  return [...elements].sort((a, b) => (a.text < b.text ? -1 : 1));
}

function desiredChain(chain: NftChain): NftChainObservation {
  return { name: chain.name, hook: chainHookText(chain), rules: chain.rules.map(desiredRule) };
}

function desiredRule(rule: NftRule): NftRuleText {
  return { text: ruleText(rule), code: ruleCode(expressionsOf(rule), rule.comment, '') };
}

/** `rest` is what else belongs to the rule: user data of other kinds, marks of `iptables-nft`. */
export function ruleCode(expressions: readonly Expression[], comment: string, rest: string): string {
  return JSON.stringify({ comment, ...(rest === '' ? {} : { rest }), expressions: expressions.map(canonicalExpression) });
}

/** Fields in the order of the table, those that no table knows after them; without those that say what absence says. */
function canonicalExpression({ name, fields }: Expression): readonly [string, Record<string, Field>] {
  const given = name === 'nat' ? withDerived(fields) : fields;
  const rows = EXPRESSIONS.get(name) ?? [];
  const canonical: Record<string, Field> = {};
  for (const { field, absent } of rows) {
    const value = given[field];
    if (value !== undefined && value !== absent) canonical[field] = value;
  }
  const unknown = Object.keys(given).filter((field) => !rows.some((row) => row.field === field));
  for (const field of unknown.sort()) canonical[field] = given[field] ?? '';
  return [name, canonical];
}

/** The kernel fills these in (`nft_nat_init` in `net/netfilter/nft_nat.c`). */
function withDerived(fields: Expression['fields']): Expression['fields'] {
  const { addressMin, portMin, flags } = fields;
  const derived = (addressMin === undefined ? 0 : NAT_FLAGS.address) | (portMin === undefined ? 0 : NAT_FLAGS.port);
  return {
    ...(addressMin === undefined ? {} : { addressMax: addressMin }),
    ...(portMin === undefined ? {} : { portMax: portMin }),
    ...fields,
    flags: Number(flags ?? 0) | derived,
  };
}
