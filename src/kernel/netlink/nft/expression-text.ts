/**
 * Expressions as the text of a rule: exactly what `ruleText` gives for a rule of this program, and as much as can be
 * told of what somebody else has put there. For people: whether two rules are equal is never decided by it.
 */
import { matchText } from './match-text.js';
import { CMP, type Expression, META, PAYLOAD, REGISTER } from '../../../model/nft/expressions.js';
import { bytesOf, type Walk } from './registers.js';
import { host, sourceOf } from './sources.js';
import { statementText } from './statement-text.js';

/** `family`: of a table that has packets of one family only (NFPROTO). */
export function expressionsText(expressions: readonly Expression[], comment: string, family: number | null = null): string {
  const walk: Walk = { known: { family, protocol: null }, registers: new Map(), words: [] };
  for (let i = 0; i < expressions.length; i++) i += step(walk, expressions, i);
  if (comment !== '') walk.words.push(`comment "${comment}"`);
  return walk.words.join(' ');
}

/** Gives how many expressions beyond this one were taken. */
function step(walk: Walk, expressions: readonly Expression[], i: number): number {
  const expression = expressions[i];
  const next = expressions[i + 1];
  if (expression === undefined) return 0;
  const { name, fields } = expression;
  if (next !== undefined && isDependency(walk, expression, next, expressions[i + 2])) return 1;
  if (name === 'bitwise' && Number(fields['op'] ?? 0) === 0) return mask(walk, expression);
  if (name === 'cmp') return compare(walk, expression, next);
  const source = fields['dreg'] === undefined || fields['sreg'] !== undefined ? null : sourceOf(expression, walk.known);
  if (source !== null) walk.registers.set(Number(fields['dreg']), { source });
  else if (name === 'immediate' && fields['dreg'] !== REGISTER.verdict)
    walk.registers.set(Number(fields['dreg']), { constant: bytesOf(fields['data']) });
  else walk.words.push(statementText(expression, walk));
  return 0;
}

/** A check of the protocol that only makes the next load meaningful: `ip daddr` says it already. */
function isDependency(walk: Walk, load: Expression, check: Expression, payload: Expression | undefined): boolean {
  if (load.name !== 'meta' || check.name !== 'cmp' || check.fields['op'] !== CMP.eq) return false;
  const value = host(bytesOf(check.fields['data']));
  const [field, base] =
    load.fields['key'] === META.nfproto ? (['family', PAYLOAD.network] as const) : (['protocol', PAYLOAD.transport] as const);
  if (load.fields['key'] !== META.nfproto && load.fields['key'] !== META.l4proto) return false;
  walk.known[field] = value;
  return payload?.name === 'payload' && payload.fields['base'] === base && !sourceOf(payload, walk.known)?.label.startsWith('@');
}

function mask(walk: Walk, { fields }: Expression): number {
  const { source } = walk.registers.get(Number(fields['sreg'])) ?? {};
  const masked = source === undefined ? {} : { source, mask: bytesOf(fields['mask']) };
  walk.registers.set(Number(fields['dreg']), masked);
  return 0;
}

function compare(walk: Walk, { fields }: Expression, next: Expression | undefined): number {
  const register = walk.registers.get(Number(fields['sreg'])) ?? {};
  const value = bytesOf(fields['data']);
  const range = fields['op'] === CMP.gte && next?.name === 'cmp' && next.fields['op'] === CMP.lte && next.fields['sreg'] === fields['sreg'];
  if (range && register.source !== undefined && register.mask === undefined) {
    walk.words.push(`${register.source.label} ${register.source.format(value)}-${register.source.format(bytesOf(next.fields['data']))}`);
    return 1;
  }
  walk.words.push(matchText(register, Number(fields['op']), value));
  return 0;
}
