/** The messages that the kernel sends about a table, each from its first attribute on. */
import type { NftRuleText } from '../../../model/observation.js';
import { numberAt, payloadHex } from './attributes.js';
import { ATTRIBUTE_HEADER, attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from '../message.js';
import { ruleCode } from '../../../model/nft/canonical.js';
import { readExpressions } from './expression-codec.js';
import { expressionsText } from './expression-text.js';
import type { Expression } from '../../../model/nft/expressions.js';
import { MEMBER, RULE, TABLE, TABLE_DORMANT } from './protocol.js';
import { NO_USER_DATA, userDataAt } from './user-data.js';

export interface TablePart {
  readonly name: string;
  readonly comment: string;
  /** How many chains, sets, objects and flowtables it has. */
  readonly use: number;
  readonly other: readonly string[];
}

export interface RulePart {
  readonly table: string;
  readonly chain: string;
  readonly rule: NftRuleText;
  readonly expressions: readonly Expression[];
}

export interface MemberPart {
  readonly table: string;
  readonly name: string;
}

export function parseTable(bytes: Bytes, start: number, end: number): TablePart {
  let name = '';
  let flags = 0;
  let use = 0;
  let user = NO_USER_DATA;
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === TABLE.name) name = attributeString(bytes, at);
    else if (type === TABLE.flags) flags = numberAt(bytes, at);
    else if (type === TABLE.use) use = numberAt(bytes, at);
    else if (type === TABLE.userData) user = userDataAt(bytes, at);
  }
  return { name, comment: user.comment, use, other: flags === 0 ? [] : [`flags ${flags === TABLE_DORMANT ? 'dormant' : flags}`] };
}

export function parseMember(bytes: Bytes, start: number, end: number): MemberPart {
  let table = '';
  let name = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === MEMBER.table) table = attributeString(bytes, at);
    else if (type === MEMBER.name) name = attributeString(bytes, at);
  }
  return { table, name };
}

/** `family`: of a table that has packets of one family only. */
export function parseRule(bytes: Bytes, start: number, end: number, family: number | null = null): RulePart {
  let table = '';
  let chain = '';
  let expressions: readonly Expression[] = [];
  let user = NO_USER_DATA;
  let rest = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === RULE.table) table = attributeString(bytes, at);
    else if (type === RULE.chain) chain = attributeString(bytes, at);
    else if (type === RULE.expressions) expressions = readExpressions(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
    else if (type === RULE.userData) user = userDataAt(bytes, at);
    else if (type === RULE.compat) rest = `compat ${payloadHex(bytes, at)} `;
  }
  return {
    table,
    chain,
    rule: { text: expressionsText(expressions, user.comment, family), code: ruleCode(expressions, user.comment, rest + user.rest) },
    expressions,
  };
}
