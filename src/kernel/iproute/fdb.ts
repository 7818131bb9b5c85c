import { HOST } from '../../model/state.js';
import type { FdbOperation } from '../../model/operation.js';
import type { Command } from './command.js';

const WORDS = { 'fdb-set': 'replace', 'fdb-append': 'append', 'fdb-delete': 'delete' } as const;

export function fdb({ op, netns, dev, mac, dst, other = '', learned }: FdbOperation): readonly Command[] {
  const bridge = netns === HOST ? ['bridge'] : ['bridge', '-n', netns];
  if (learned === true) return [{ argv: [...bridge, 'fdb', WORDS[op], mac, 'dev', dev, 'master'], silent: true }];
  const others = other.split(' ').filter((word) => word !== '' && word !== 'static');
  const where = dst === '' ? [] : ['dst', dst];
  return [{ argv: [...bridge, 'fdb', WORDS[op], mac, 'dev', dev, ...where, ...others, 'self', 'permanent'] }];
}
