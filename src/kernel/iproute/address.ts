import type { AddressOperation } from '../../model/operation.js';
import { ip, type Command } from './command.js';

const VERBS = { 'address-add': 'add', 'address-replace': 'replace', 'address-delete': 'delete' } as const;

export function address(operation: AddressOperation): readonly Command[] {
  const { op, netns, dev, broadcast, scope, nodad, metric, noprefixroute } = operation;
  const words = [
    ...(broadcast === '' ? [] : ['broadcast', broadcast]),
    ...['scope', scope],
    ...(nodad ? ['nodad'] : []),
    ...(noprefixroute === true ? ['noprefixroute'] : []),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
  ];
  return [{ argv: ip(netns, 'address', VERBS[op], ...ends(operation), ...(op === 'address-delete' ? [] : words), 'dev', dev) }];
}

/** The prefix is the other end's where there is one. */
function ends({ address: cidr, peer }: AddressOperation): readonly string[] {
  if (peer === undefined) return [cidr];
  const slash = cidr.indexOf('/');
  return [cidr.slice(0, slash), 'peer', `${peer}${cidr.slice(slash)}`];
}
