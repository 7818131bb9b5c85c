/** Chains of packet filter rules: a property `{hook, rules: [{text, code}]}`, shown as rules and not as a value. */
import type { PropValue } from '../model/state.js';
import { isList, valueText } from './value-text.js';
import { printable } from './width.js';
import type { Paint } from './style.js';

interface Rule {
  readonly text: string;
  /** What decides whether two rules are the same. */
  readonly code: string;
}

interface Chain {
  readonly hook: string;
  readonly rules: readonly Rule[];
}

/** Beyond as many differences the whole chain is shown as taken out and put in: finding the least would take long. */
const MOST_DIFFERENCES = 2000;

/** The chain that a property's value is; null for any other value. */
export function chainOf(value: PropValue | undefined): Chain | null {
  if (value === null || typeof value !== 'object' || isList(value)) return null;
  const rules = value['rules'];
  return rules === undefined || rules === null || typeof rules !== 'object' || !isList(rules) ? null : (value as unknown as Chain);
}

export const isChain = (value: PropValue | undefined): boolean => chainOf(value) !== null;

/** `5 chains, 12 rules`. */
export function chainsSummary(chains: readonly Chain[]): string {
  return `${counted(chains.length, 'chain')}, ${counted(
    chains.reduce((sum, chain) => sum + chain.rules.length, 0),
    'rule',
  )}`;
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
  return [head, ...hook, ...(await ruleLines(before?.rules ?? [], after?.rules ?? [], paint, verbose)).map((line) => `  ${line}`)];
}

export function arrow(from: PropValue, to: PropValue): string {
  return `${valueText(from)} -> ${valueText(to)}`;
}

async function ruleLines(before: readonly Rule[], after: readonly Rule[], paint: Paint, verbose: boolean): Promise<string[]> {
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
  return verbose || unchanged === 0 ? lines : [...lines, paint('dim', `# ${counted(unchanged, 'unchanged rule')} hidden`)];
}
