import type { Operation } from '../../model/operation.js';
import { ip, type Command } from './command.js';

/** The adapter that runs in the kernel's own language marks lo first and names the namespace then; by hand it is the other way round. */
export function netnsAdd({ netns, alias }: Extract<Operation, { op: 'netns-add' }>): readonly Command[] {
  return [{ argv: ['ip', 'netns', 'add', netns] }, { argv: ip(netns, 'link', 'set', 'dev', 'lo', 'alias', alias, 'up') }];
}

export function netnsDelete({ netns }: Extract<Operation, { op: 'netns-delete' | 'netns-detach' }>): readonly Command[] {
  return [{ argv: ['ip', 'netns', 'delete', netns] }];
}
