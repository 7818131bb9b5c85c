/** The policy rules that the kernel makes with every namespace: they lead to the tables that all else is in. */
import type { RuleObservation, RuleOperation } from '../model/routes.js';

interface DefaultRule {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly table: number;
  readonly text: string;
}

const BY_KERNEL = 2;

const RULES: readonly DefaultRule[] = [
  { family: 4, priority: 0, table: 255, text: 'ipv4 0 local' },
  { family: 4, priority: 32766, table: 254, text: 'ipv4 32766 main' },
  { family: 4, priority: 32767, table: 253, text: 'ipv4 32767 default' },
  { family: 6, priority: 0, table: 255, text: 'ipv6 0 local' },
  { family: 6, priority: 32766, table: 254, text: 'ipv6 32766 main' },
];

export const DEFAULT_RULES: readonly string[] = RULES.map(({ text }) => text);

/** Whoever made it: the kernel, or somebody who put it there again. */
export function isDefaultRule(rule: RuleObservation): boolean {
  return RULES.some((one) => is(rule, one));
}

function is(rule: RuleObservation, { family, priority, table }: DefaultRule): boolean {
  if (rule.priority !== priority || rule.table !== table || rule.family !== family) return false;
  return rule.fwmark === 0 && [rule.from, rule.to, rule.iif, rule.oif, rule.other].every((word) => word === '');
}

/** Those that are there, in words. `host`: a family without any on the host has none anywhere (a kernel without policy routing). */
export function defaultRulesIn(rules: readonly RuleObservation[], host: readonly RuleObservation[]): readonly string[] {
  const there = RULES.filter((one) => rules.some((rule) => is(rule, one)) || host.every(({ family }) => family !== one.family));
  return there.length === RULES.length ? DEFAULT_RULES : there.map(({ text }) => text);
}

export function addMissingRules(netns: string, there: readonly string[]): readonly RuleOperation[] {
  return RULES.filter(({ text }) => !there.includes(text)).map(({ family, priority, table }) => ({
    op: 'rule-add',
    netns,
    family,
    priority,
    table,
    from: '',
    to: '',
    iif: '',
    oif: '',
    fwmark: 0,
    protocol: BY_KERNEL,
  }));
}
