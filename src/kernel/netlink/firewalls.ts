/** What others let pass and drop on the hosts of a lab. */
import type { ForeignChainObservation } from '../../model/observation.js';
import { HOST } from '../../model/state.js';
import { readForeignChains } from './nft/foreign.js';
import type { Sessions } from './sessions.js';
import { readLegacyChains } from './xtables.js';

/** A host that is still to come has none. */
export function readFirewalls(
  sessions: Sessions,
  hosts: readonly string[],
  isOwn: (table: string) => boolean,
): readonly ForeignChainObservation[] {
  const read = (netns: string): readonly ForeignChainObservation[] => [
    // First: a socket for nftables that is opened inside a visit ends where the thread came from.
    ...readLegacyChains(netns),
    ...readForeignChains(sessions.netfilter(netns), netns, isOwn),
  ];
  const others = hosts.filter((netns) => netns !== HOST);
  const inside = others.length === 0 ? [] : sessions.visit(others, ({ netns }) => read(netns));
  return [...(hosts.includes(HOST) ? read(HOST) : []), ...inside.flatMap((found) => (typeof found === 'string' ? [] : found))];
}
