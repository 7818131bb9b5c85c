/**
 * What becomes of packets in a chain of somebody else's, rule by rule, as the kernel does it (`net/netfilter/nf_tables_core.c`). A rule
 * that asks for what is not known of them (their source in a list, a limit) is taken for one that does not ask for them: it stands there
 * for others.
 */
import type { Expression } from './expressions.js';
import { CMP, REGISTER } from './expressions.js';
import type { ForeignRule, ForeignSet, ForeignTable } from './foreign.js';
import { type Packet, loaded } from './packet.js';
import { type Answer, bytesOfHex, isEqual, isWithin, masked, order, type Partial, sliced, UNKNOWN, whole } from './partial.js';
import { matchOfXtables } from './xtables-match.js';

export interface Fate {
  /** `policy`: they come out at the end. */
  readonly verdict: 'accept' | 'drop' | 'policy';
  /** What says so, in the words of nft, and whether it asks for anything; absent: nothing does. */
  readonly rule?: { readonly chain: string; readonly text: string; readonly asks: boolean };
  /** Before that, a rule that might let them pass: it asks what only a module of iptables knows. */
  readonly unless?: string;
  /** All chains that they have seen. */
  readonly seen: ReadonlySet<string>;
}

type End = Pick<Fate, 'rule'> & { readonly verdict: 'accept' | 'drop' };

/** NFT_JUMP_STACK_SIZE */
const DEPTH = 16;

export function fateIn(table: ForeignTable, chain: string, packet: Packet): Fate {
  const seen = new Set<string>();
  const way: Way = { table, packet, seen, registers: new Registers(), unless: undefined };
  const end = follow(way, chain, 0);
  return { ...(end ?? { verdict: 'policy' }), ...(way.unless === undefined ? {} : { unless: way.unless }), seen };
}

interface Way {
  readonly table: ForeignTable;
  readonly packet: Packet;
  readonly seen: Set<string>;
  /** A rule loads what it compares. */
  readonly registers: Registers;
  unless: string | undefined;
}

/** null: they come back. */
function follow(way: Way, chain: string, depth: number): End | null {
  if (depth > DEPTH) return null;
  way.seen.add(chain);
  for (const rule of way.table.rules.get(chain) ?? []) {
    const { verdict, asks, isOpaque } = verdictOf(rule, way, depth > 0);
    if (isOpaque === true && PASSING.test(String(rule.expressions.at(-1)?.fields['data']))) way.unless ??= rule.text;
    const [word, target = ''] = verdict.split(' ');
    if (word === 'accept' || word === 'drop') return { verdict: word, rule: { chain, text: rule.text, asks } };
    if (word === 'return') return null;
    if (word !== 'jump' && word !== 'goto') continue;
    const end = follow(way, target, depth + 1);
    if (end !== null || word === 'goto') return end;
  }
  return null;
}

interface Said {
  /** `continue` of a rule that does not take them. */
  readonly verdict: string;
  readonly asks: boolean;
  readonly isOpaque?: boolean;
}

/** What such a rule does with packets. */
const PASSING = /^(?:accept|jump|goto)/;
const CONTINUE = 'continue';

/** `mayReturn`: from a chain that they were sent to they come back where that is not known, and a drop behind it is for others. */
function verdictOf({ expressions }: ForeignRule, { table, packet, registers }: Way, mayReturn: boolean): Said {
  let asks = false;
  for (const expression of expressions) {
    const said = step(expression, registers, table, packet);
    if (typeof said === 'string') return { verdict: said, asks: asks || expression.name === 'lookup' };
    if (said === undefined) continue;
    asks = true;
    if (said === null && mayReturn && expressions.at(-1)?.fields['data'] === 'return') return { verdict: 'return', asks };
    if (said !== true) return { verdict: CONTINUE, asks, isOpaque: said === null && expression.name === 'match' };
  }
  return { verdict: CONTINUE, asks };
}

/** A verdict, an answer to what it asks, or undefined where it does neither. */
function step(expression: Expression, registers: Registers, table: ForeignTable, packet: Packet): string | Answer | undefined {
  const { name, fields } = expression;
  const source = (): Partial => registers.from(Number(fields['sreg']));
  switch (name) {
    case 'immediate':
      if (Number(fields['dreg']) === REGISTER.verdict) return String(fields['data']);
      return registers.set(fields['dreg'], whole(bytesOfHex(String(fields['data']))));
    case 'reject':
      return 'drop';
    case 'target':
      return /^(?:0x)?[0-9a-f]{8}52454a45435400/.test(String(fields['bytes'])) ? 'drop' : undefined;
    case 'cmp':
      return compared(source(), Number(fields['op']), bytesOfHex(String(fields['data'])));
    case 'range': {
      const answer = isWithinBoth(source(), bytesOfHex(String(fields['from'])), bytesOfHex(String(fields['to'])));
      return Number(fields['op']) === CMP.neq ? not(answer) : answer;
    }
    case 'lookup':
      return lookUp(expression, source(), table.sets.get(String(fields['set'])), registers);
    case 'match':
      return matchOfXtables(bytesOfHex(String(fields['bytes'])), packet);
    case 'bitwise':
      return registers.set(fields['dreg'], Number(fields['op'] ?? 0) === 0 ? anded(source(), fields) : UNKNOWN);
    default:
      if (ASIDE.has(name)) return undefined;
      if (fields['dreg'] !== undefined) return registers.set(fields['dreg'], loaded(expression, packet));
      if (fields['sreg'] !== undefined) return undefined;
      // A limit, a quota, a list that packets are entered into: it takes some of them.
      registers.forget();
      return null;
  }
}

/** They take whatever comes. */
const ASIDE: ReadonlySet<string> = new Set(['counter', 'last', 'log', 'notrack', 'objref', 'flow_offload', 'dup']);

const anded = (value: Partial, fields: Expression['fields']): Partial =>
  masked(value, bytesOfHex(String(fields['mask'])), bytesOfHex(String(fields['xor'] ?? '0x')));

const not = (answer: Answer): Answer => (answer === null ? null : !answer);

function compared(value: Partial, op: number, data: readonly number[]): Answer {
  const own = sliced(value, 0, data.length);
  if (op === CMP.eq) return isEqual(own, data);
  if (op === CMP.neq) return not(isEqual(own, data));
  const [none, all] = [data.map(() => 0), data.map(() => 0xff)];
  switch (op) {
    case CMP.lte:
      return isWithin(own, none, data);
    case CMP.gte:
      return isWithin(own, data, all);
    case CMP.lt:
      return not(isWithin(own, data, all));
    case CMP.gt:
      return not(isWithin(own, none, data));
    default:
      return null;
  }
}

const isWithinBoth = (value: Partial, from: readonly number[], to: readonly number[]): Answer =>
  isWithin(sliced(value, 0, from.length), from, to);

function lookUp({ fields }: Expression, key: Partial, set: ForeignSet | undefined, registers: Registers): string | Answer | undefined {
  const gives = fields['dreg'] !== undefined;
  const isVerdict = gives && Number(fields['dreg']) === REGISTER.verdict;
  if (gives && !isVerdict) registers.set(fields['dreg'], UNKNOWN);
  if (set === undefined) return null;
  const answers = set.elements.map((element) => isIn(key, set.parts, element));
  const at = answers.indexOf(true);
  const isMaybe = at < 0 && (set.more === true || answers.includes(null));
  if (isVerdict && !isMaybe) return (at < 0 ? set.rest : set.elements[at]!.verdict) ?? CONTINUE;
  const answer = isMaybe ? null : at >= 0 || set.rest !== undefined;
  return Number(fields['flags'] ?? 0) === 1 ? not(answer) : answer;
}

function isIn(key: Partial, parts: readonly number[], { from, to }: ForeignSet['elements'][number]): Answer {
  let answer: Answer = true;
  let at = 0;
  for (const length of parts) {
    const own = sliced(key, at, length);
    const [first, last] = [from.slice(at, at + length), to.slice(at, at + length)];
    const one = order(first, last) === 0 ? isEqual(own, first) : isWithin(own, first, last);
    if (one === false) return false;
    if (one === null) answer = null;
    at += Math.ceil(length / 4) * 4;
  }
  return answer;
}

/** 16 of four bytes each; 1 to 4 are names of four of them together (`enum nft_registers`). */
class Registers {
  readonly bytes = new Array<number>(64).fill(0);
  readonly known = new Array<number>(64).fill(0);
  private readonly excluded = new Map<number, NonNullable<Partial['not']>>();

  from(register: number): Partial {
    const start = startOf(register);
    const not = this.excluded.get(start);
    // What is compared is shorter than a key of several parts.
    return { ...sliced(this, start, this.bytes.length - start), ...(not === undefined ? {} : { not }) };
  }

  /** What is shorter than a register ends with zeros there; all of what is not known is unknown. */
  set(register: unknown, value: Partial): undefined {
    const start = startOf(Number(register));
    this.excluded.delete(start);
    if (value.not !== undefined) this.excluded.set(start, value.not);
    const length = value.bytes.length === 0 ? 16 : Math.ceil(value.bytes.length / 4) * 4;
    for (let i = 0; i < length && start + i < this.bytes.length; i++) {
      this.bytes[start + i] = value.bytes[i] ?? 0;
      this.known[start + i] = value.known[i] ?? (value.bytes.length === 0 ? 0 : 0xff);
    }
    return undefined;
  }

  forget(): void {
    this.known.fill(0);
    this.bytes.fill(0);
    this.excluded.clear();
  }
}

const startOf = (register: number): number => (register < 8 ? (register - 1) * 16 : (register - 8) * 4);
