/**
 * Chains of packet filter rules, a property `{hook, rules: [{text, code}]}`, and text, a property `{lines: [TEXT]}`: shown line by
 * line and not as a value.
 */
import type { PropValue } from '../model/state.js';
import { isList, valueText } from './value-text.js';
import { printable } from './width.js';
import type { Paint } from './style.js';

export interface Rule {
  readonly text: string;
  /** What decides whether two rules are the same. */
  readonly code: string;
}

interface Chain {
  readonly hook: string;
  readonly rules: readonly Rule[];
  readonly noun: 'rule' | 'line';
}

/** More lines of text than that are a list that nobody reads. */
const MOST_LINES = 20;

/** Beyond as many differences the whole chain is shown as taken out and put in: finding the least would take long. */
export const MOST_DIFFERENCES = 2000;

/** The chain that a property's value is, or the text; null for any other value. */
export function chainOf(value: PropValue | undefined): Chain | null {
  if (value === null || typeof value !== 'object' || isList(value)) return null;
  const { hook, rules, lines } = value as { hook?: string; rules?: unknown; lines?: unknown };
  if (Array.isArray(lines)) return { hook: '', rules: (lines as string[]).map((text) => ({ text, code: text })), noun: 'line' };
  return Array.isArray(rules) ? { hook: hook ?? '', rules: rules as Rule[], noun: 'rule' } : null;
}

export const isChain = (value: PropValue | undefined): boolean => chainOf(value) !== null;

/** `5 chains, 12 rules`, `2 files, 12 lines`. */
export function chainsSummary(chains: readonly Chain[]): string {
  const noun = chains[0]?.noun ?? 'rule';
  const parts = chains.reduce((sum, chain) => sum + chain.rules.length, 0);
  return `${counted(chains.length, noun === 'rule' ? 'chain' : 'file')}, ${counted(parts, noun)}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The chain as a whole, each rule on a line. */
export function chainLines(field: string, chain: Chain): string[] {
  const hook = chain.hook === '' ? '' : ` { ${printable(chain.hook)} }`;
  return [`${field}${hook}`, ...chain.rules.map((rule) => `  ${printable(rule.text)}`)];
}

/** The rules that come and go, in their order among those that stay. */
export async function chainDiff(field: string, from: PropValue, to: PropValue, paint: Paint, verbose: boolean): Promise<string[]> {
  const [before, after] = [chainOf(from), chainOf(to)];
  const head = before === null ? `${field} ${paint('green', '(new)')}` : after === null ? `${field} ${paint('red', '(gone)')}` : field;
  const hook = before === null || after === null || before.hook === after.hook ? [] : [`  hook: ${arrow(before.hook, after.hook)}`];
  const noun = (before ?? after)?.noun ?? 'rule';
  return [head, ...hook, ...(await ruleLines(before?.rules ?? [], after?.rules ?? [], noun, paint, verbose)).map((line) => `  ${line}`)];
}

export function arrow(from: PropValue, to: PropValue): string {
  return `${valueText(from)} -> ${valueText(to)}`;
}

async function ruleLines(
  before: readonly Rule[],
  after: readonly Rule[],
  noun: Chain['noun'],
  paint: Paint,
  verbose: boolean,
): Promise<string[]> {
  const { diffArrays } = await import('diff');
  const options = { comparator: (a: Rule, b: Rule) => a.code === b.code, maxEditLength: MOST_DIFFERENCES };
  const parts = diffArrays([...before], [...after], options) ?? [
    { value: [...before], removed: true, added: false },
    { value: [...after], removed: false, added: true },
  ];
  let unchanged = 0;
  const lines = parts.flatMap(({ value, added, removed }) => {
    const texts = value.map((rule) => printable(rule.text));
    if (added) return texts.map((text) => paint('green', `+ ${text}`));
    if (removed) return texts.map((text) => paint('red', `- ${text}`));
    unchanged += value.length;
    return verbose ? texts.map((text) => `  ${text}`) : [];
  });
  const least = verbose || noun === 'rule' ? lines : shortened(lines, paint);
  return verbose || unchanged === 0 ? least : [...least, paint('dim', `# ${counted(unchanged, `unchanged ${noun}`)} hidden`)];
}

function shortened(lines: string[], paint: Paint): string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES / 2), paint('dim', `# ${lines.length - MOST_LINES / 2} more lines that change are hidden`)];
}
