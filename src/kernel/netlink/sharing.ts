/** What macvlan needs of the machine: the kernel's part for it, and interfaces that nobody else has for himself. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { NamedNetnsObservation, NetnsObservation, SharingObservation } from '../../model/observation.js';
import { HOST } from '../../model/state.js';
import { dump } from './dump.js';
import { dumpNetns } from './observe-netns.js';
import { IFLA, INFO, LINK_HEADER, RTM_GETLINK } from './links.js';
import { MessageWriter, NLA_F_NESTED, NLM_F_DUMP } from './message.js';
import { withParents } from './parents.js';
import type { Sessions } from './sessions.js';
import type { NetlinkSocket } from './socket.js';

const TYPE = 'macvlan';

/** `seen`: the host, and what needs no second look. */
export function readSharing(sessions: Sessions, host: NetnsObservation, seen: readonly NamedNetnsObservation[]): SharingObservation {
  const known = new Set(seen.map(({ netns }) => netns));
  const others = sessions.names().filter((name) => name !== HOST && !known.has(name));
  const visited = sessions.visit(others, ({ netns, socket }) => ({ ...host, netns, links: dumpNetns(socket).links }));
  const found = visited.filter((ns) => typeof ns !== 'string').filter(({ links }) => links.some(({ type }) => type === TYPE));
  return {
    isSupported: isRegistered(sessions.host().socket, TYPE) || isModule(TYPE),
    children: withParents(sessions, [host, ...found]).flatMap(({ netns, links }) =>
      links.flatMap(({ name, attributes, parent }) =>
        netns === HOST || parent?.netns !== HOST ? [] : [{ netns, name, mode: String(attributes['mode']), parent: parent.name }],
      ),
    ),
  };
}

/**
 * The kernel lists links of one type, and all of them where it does not know the type (`linkinfo_to_kind_ops`,
 * net/core/rtnetlink.c): lo is of none. Nothing is loaded for the question.
 */
function isRegistered(socket: NetlinkSocket, type: string): boolean {
  const writer = new MessageWriter(64);
  writer.begin(RTM_GETLINK, NLM_F_DUMP);
  writer.reserve(LINK_HEADER);
  const info = writer.nest(IFLA.linkinfo, NLA_F_NESTED);
  writer.string(INFO.kind, type);
  writer.close(info);
  writer.end();
  let sawLoopback = false;
  dump(
    socket,
    writer,
    () => (sawLoopback = false),
    (bytes, _type, start) => (sawLoopback ||= bytes.view.getInt32(start + 4, true) === LOOPBACK),
  );
  return !sawLoopback;
}

/** Its index in any namespace. */
const LOOPBACK = 1;

/** It is there to be loaded when the first link is made. */
function isModule(name: string): boolean {
  try {
    return readFileSync(`/lib/modules/${release()}/modules.dep`, 'utf8').includes(`/${name}.ko`);
  } catch {
    return false;
  }
}
