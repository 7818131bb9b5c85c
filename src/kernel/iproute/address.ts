import type { AddressOperation } from '../../model/operation.js';
import { ip, type Command } from './command.js';

const VERBS = { 'address-add': 'add', 'address-replace': 'replace', 'address-delete': 'delete' } as const;

export function address({ op, netns, dev, address: cidr, scope, broadcast, nodad }: AddressOperation): readonly Command[] {
  const words = [...(broadcast === '' ? [] : ['broadcast', broadcast]), 'scope', scope, ...(nodad ? ['nodad'] : [])];
  return [{ argv: ip(netns, 'address', VERBS[op], cidr, ...(op === 'address-delete' ? [] : words), 'dev', dev) }];
}
