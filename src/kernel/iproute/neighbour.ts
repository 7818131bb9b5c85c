import type { Announce, NeighbourOperation } from '../../model/operation.js';
import { ip, type Command } from './command.js';

/** Without a MAC address it is a proxy entry. */
export function neighbour({ op, netns, dev, address, mac, asks }: NeighbourOperation): readonly Command[] {
  if (asks === true) return [{ argv: ip(netns, 'neighbour', 'replace', address, 'dev', dev, 'use') }];
  const entry = mac === '' ? ['proxy', address] : [address];
  if (op === 'neighbour-delete') return [{ argv: ip(netns, 'neighbour', 'delete', ...entry, 'dev', dev) }];
  const state = mac === '' ? [] : ['lladdr', mac, 'nud', 'permanent'];
  return [{ argv: ip(netns, 'neighbour', 'replace', ...entry, ...state, 'dev', dev) }];
}

/** Nobody has it: what is asked for there, by ARP, comes from the interface's address, and says where that is. */
const NOBODY = '169.254.1.1';

/** For IPv6, and in somebody else's name, `ip` has no word that sends something. */
export function announce({ netns, dev, address, mac }: Announce): readonly Command[] {
  if (address.includes(':') || mac !== undefined) return [];
  return [{ argv: ip(netns, 'neighbour', 'replace', NOBODY, 'dev', dev, 'use'), silent: true }];
}
