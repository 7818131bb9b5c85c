import { HOST } from '../../model/state.js';
import type { QdiscOperation } from '../../model/qdisc.js';
import type { Command } from './command.js';

export function qdisc(operation: QdiscOperation): readonly Command[] {
  const { netns, dev } = operation;
  const tc = netns === HOST ? ['tc'] : ['tc', '-n', netns];
  if (operation.op === 'qdisc-delete') return [{ argv: [...tc, 'qdisc', 'del', 'dev', dev, 'root'] }];
  const { handle, rate, burst, limit } = operation;
  const root = ['qdisc', 'replace', 'dev', dev, 'root', 'handle', handle];
  return [{ argv: [...tc, ...root, 'tbf', 'rate', rate, 'burst', `${burst}b`, 'limit', `${limit}b`] }];
}
