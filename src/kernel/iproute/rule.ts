import type { RuleOperation } from '../../model/routes.js';
import { ip, type Command } from './command.js';

const VERBS = { 'rule-add': 'add', 'rule-ensure': 'add', 'rule-delete': 'delete' } as const;

export function rule(operation: RuleOperation): readonly Command[] {
  const { op, netns, family, priority, from, to, iif, oif, protocol, other = '' } = operation;
  const words = [
    ...(/^not\b/.test(other) ? ['not'] : []),
    ...['priority', String(priority), 'from', from === '' ? 'all' : from],
    ...(to === '' ? [] : ['to', to]),
    ...(iif === '' ? [] : ['iif', iif]),
    ...(oif === '' ? [] : ['oif', oif]),
    ...markWords(operation),
    ...tableWords(operation),
    ...(protocol === undefined ? [] : ['protocol', String(protocol)]),
    ...other
      .replace(/^not\b|\bfwmask \d+/g, '')
      .split(' ')
      .filter((word) => word !== ''),
  ];
  const argv = ip(netns, ...(family === 6 ? ['-6'] : []), 'rule', VERBS[op], ...words);
  return [op === 'rule-ensure' ? { argv, silent: true } : { argv }];
}

function markWords({ fwmark, other = '' }: RuleOperation): readonly string[] {
  const mask = /\bfwmask (\d+)/.exec(other)?.[1];
  if (mask !== undefined) return ['fwmark', `${fwmark}/${mask}`];
  return fwmark === 0 ? [] : ['fwmark', String(fwmark)];
}

/** What does something else than look there has none. */
const tableWords = ({ table }: RuleOperation): readonly string[] => (table === 0 ? [] : ['table', String(table)]);
