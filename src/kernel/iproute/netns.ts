import type { Operation } from '../../model/operation.js';
import { ip, type Command } from './command.js';
import { nodeFilesLink } from './node-files.js';

/** The adapter that runs in the kernel's own language marks lo first and names the namespace then; by hand it is the other way round. */
export function netnsAdd({ netns, alias, files }: Extract<Operation, { op: 'netns-add' }>): readonly Command[] {
  const link = files === undefined ? [] : nodeFilesLink({ op: 'node-files-link', netns, folder: files });
  return [{ argv: ['ip', 'netns', 'add', netns] }, { argv: ip(netns, 'link', 'set', 'dev', 'lo', 'alias', alias, 'up') }, ...link];
}

export function netnsDelete({ netns, files }: Extract<Operation, { op: 'netns-delete' }>): readonly Command[] {
  const link = files === true ? nodeFilesLink({ op: 'node-files-link', netns, folder: '' }) : [];
  return [...link, { argv: ['ip', 'netns', 'delete', netns] }];
}
