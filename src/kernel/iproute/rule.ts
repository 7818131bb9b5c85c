import type { RuleOperation } from '../../model/operation.js';
import { ip, type Command } from './command.js';

export function rule(operation: RuleOperation): readonly Command[] {
  const { op, netns, family, priority, table, from, to, iif, oif, fwmark, protocol } = operation;
  const words = [
    ...['priority', String(priority), 'from', from === '' ? 'all' : from],
    ...(to === '' ? [] : ['to', to]),
    ...(iif === '' ? [] : ['iif', iif]),
    ...(oif === '' ? [] : ['oif', oif]),
    ...(fwmark === 0 ? [] : ['fwmark', String(fwmark)]),
    ...['table', String(table)],
    ...(protocol === undefined ? [] : ['protocol', String(protocol)]),
  ];
  return [{ argv: ip(netns, ...(family === 6 ? ['-6'] : []), 'rule', op === 'rule-add' ? 'add' : 'delete', ...words) }];
}
