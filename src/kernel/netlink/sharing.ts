/** What macvlan needs of the machine: the kernel's part for it, and interfaces that nobody else has for himself. */
import type { NamedNetnsObservation, NetnsObservation, SharingObservation } from '../../model/observation.js';
import { HOST } from '../../model/state.js';
import { dumpNetns } from './observe-netns.js';
import { hasLinkType } from './parts.js';
import { withParents } from './parents.js';
import type { Sessions } from './sessions.js';

const TYPE = 'macvlan';

/** `seen`: the host, and what needs no second look. */
export function readSharing(sessions: Sessions, host: NetnsObservation, seen: readonly NamedNetnsObservation[]): SharingObservation {
  const known = new Set(seen.map(({ netns }) => netns));
  const others = sessions.names().filter((name) => name !== HOST && !known.has(name));
  const visited = sessions.visit(others, ({ netns, socket }) => ({ ...host, netns, links: dumpNetns(socket).links }));
  const found = visited.filter((ns) => typeof ns !== 'string').filter(({ links }) => links.some(({ type }) => type === TYPE));
  return {
    isSupported: hasLinkType(sessions.host().socket, TYPE),
    children: withParents(sessions, [host, ...found]).flatMap(({ netns, links }) =>
      links.flatMap(({ name, attributes, parent }) =>
        netns === HOST || parent?.netns !== HOST ? [] : [{ netns, name, mode: String(attributes['mode']), parent: parent.name }],
      ),
    ),
  };
}
