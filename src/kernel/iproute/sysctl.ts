import { rememberedSysctl } from '../../model/names.js';
import type { Operation } from '../../model/operation.js';
import { ip, within, type Command } from './command.js';

export function sysctlSet({ netns, key, value, remember }: Extract<Operation, { op: 'sysctl-set' }>): readonly Command[] {
  return [...(remember ? [memory(netns, key)] : []), write(netns, key, value)];
}

export function sysctlRestore({ netns, key, value }: Extract<Operation, { op: 'sysctl-restore' }>): readonly Command[] {
  const forget = ip(netns, 'link', 'property', 'del', 'dev', 'lo', 'altname', rememberedSysctl(key, value));
  return [write(netns, key, value), { argv: forget, otherwise: `the former value of ${key} is still in an altname of lo` }];
}

function write(netns: string, key: string, value: string): Command {
  return { argv: within(netns, 'sysctl', '-qw', `${key}=${value}`) };
}

/** The former value is kept in an altname of lo, once: a second call finds what the first one wrote. `ip` takes no blanks and slashes there. */
function memory(netns: string, key: string): Command {
  const prefix = rememberedSysctl(key, '');
  return {
    argv: [...ip(netns, 'link', 'property', 'add', 'dev', 'lo', 'altname'), { prefix, output: within(netns, 'sysctl', '-n', key) }],
    condition: { argv: ip(netns, 'link', 'show', 'dev', 'lo'), without: prefix },
    otherwise: `the former value of ${key} cannot be kept`,
  };
}
