import { ETC_NETNS } from '../../model/node-files.js';
import type { NetnsAdd, Operation } from '../../model/operation.js';
import { NETNS_DIRECTORY } from '../kernel.js';
import { ip, within, type Command } from './command.js';
import { nodeFilesLink } from './node-files.js';

/** The adapter that runs in the kernel's own language marks lo first and names the namespace then; by hand it is the other way round. */
export function netnsAdd({ netns, alias, sysctls = {}, files }: NetnsAdd): readonly Command[] {
  return [
    { argv: ['ip', 'netns', 'add', netns] },
    { argv: ip(netns, 'link', 'set', 'dev', 'lo', 'alias', alias, 'up') },
    ...Object.entries(sysctls).map(([key, value]) => ({ argv: within(netns, 'sysctl', '-qw', `${key}=${value}`) })),
    ...(files === undefined ? [] : nodeFilesLink({ op: 'node-files-link', netns, folder: files })),
  ];
}

export function netnsDelete({ netns, files }: Extract<Operation, { op: 'netns-delete' }>): readonly Command[] {
  const link = files === true ? nodeFilesLink({ op: 'node-files-link', netns, folder: '' }) : [];
  return [...link, { argv: ['ip', 'netns', 'delete', netns] }];
}

/** The folder of `ip netns` is a shared mount, and nothing in it can be moved. */
const RENAME = `
: >"$1/$3" && mount --bind "$1/$2" "$1/$3" && umount "$1/$2" && rm "$1/$2"
[ ! -L "$4/$2" ] || mv "$4/$2" "$4/$3"
`;

export function netnsRename({ netns, to }: Extract<Operation, { op: 'netns-rename' }>): readonly Command[] {
  return [{ argv: ['sh', '-c', RENAME, 'rename', NETNS_DIRECTORY, netns, to, ETC_NETNS] }];
}
