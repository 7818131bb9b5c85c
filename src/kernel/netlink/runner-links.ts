/** What the runner has to know of links before it acts. */
import { constants } from 'node:os';
import { HOST } from '../../model/state.js';
import type { LinkAdd, LinkAttributes, Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { dump } from './dump.js';
import { type FarLink, farLink, linkGroup, linkName, requestLinks } from './links.js';
import { encodeGroupDelete, encodeLinkRename, encodeLinkSet, type Parent } from './link-encode.js';
import { MessageWriter } from './message.js';
import { assignNsids, NO_NSID } from './nsids.js';
import type { Queue } from './queue.js';
import { outcomeOf, refused } from './refusal.js';
import type { Session, Sessions } from './sessions.js';
import type { NetlinkSocket } from './socket.js';

type Reply = ReturnType<NetlinkSocket['exchange']>[number];

interface Member extends FarLink {
  readonly name: string;
}

/** A namespace's links in the group, and the others. */
function linksBy({ socket }: Session, group: number): { readonly members: readonly Member[]; readonly others: readonly FarLink[] } {
  let [members, others]: [Member[], FarLink[]] = [[], []];
  const writer = new MessageWriter(64);
  requestLinks(writer);
  dump(
    socket,
    writer,
    () => ([members, others] = [[], []]),
    (bytes, _type, start, end) => {
      const link = farLink(bytes, start, end);
      if (linkGroup(bytes, start, end) === group) members.push({ ...link, name: linkName(bytes, start, end) });
      else others.push(link);
    },
  );
  return { members, others };
}

export type GroupDelete = Extract<Operation, { op: 'group-delete' }>;

/** A group takes every kind of link in it, so it goes as one only if a fresh look finds no stranger there. `goes`: nothing is left to be done before, and these links stay. */
export function deleteGroup(
  queue: Queue,
  { netns, group, names }: GroupDelete,
  settle: (outcome: Outcome) => void,
  goes: (others: readonly FarLink[]) => void,
): void {
  const wanted = new Set(names);
  const { members, others } = linksBy(queue.session, group);
  const strangers = members.filter(({ name }) => !wanted.has(name));
  if (strangers.length === 0) {
    const writer = new MessageWriter(64);
    encodeGroupDelete(writer, group);
    goes(others);
    const [reply] = queue.session.socket.exchange(writer.bytes, writer.length);
    return settle(outcomeOf('group-delete', reply!));
  }
  goes([...others, ...strangers]);
  settle({ ok: true });
  for (const { name } of members) if (wanted.has(name)) queue.push({ op: 'link-delete', netns, name }, settle);
  queue.flush();
}

/** A link of another namespace (or the same one), as a message from `from` names it; null: there is none. */
export function parentOf(sessions: Sessions, from: Session, above: Queue, name: string): Parent | null {
  above.links.learn(new Set([name]));
  const index = above.links.index(name);
  if (index === 0) return null;
  if (above.session === from) return { index, nsid: NO_NSID };
  return { index, nsid: assignNsids(from.socket, [sessions.fd(above.session.netns)])[0]! };
}

/** Set down for it where the kernel renames no link that is up (before 6.2), and up again. */
export function renameLink({ session: { socket }, links }: Queue, name: string, to: string): Outcome {
  links.learn(new Set([name]));
  const index = links.index(name);
  links.forget();
  if (index === 0) return refused('link-rename', 'ENODEV', `there is no link named ${name}`);
  const send = (encode: (writer: MessageWriter) => void): Reply => {
    const writer = new MessageWriter(256);
    encode(writer);
    return socket.exchange(writer.bytes, writer.length)[0]!;
  };
  const up = (value: boolean): Reply => send((writer) => encodeLinkSet(writer, { index }, { up: value }, () => 0));
  const rename = (): Reply => send((writer) => encodeLinkRename(writer, index, to));
  let reply = rename();
  if (reply.errno === constants.errno.EBUSY && up(false).errno === 0) {
    reply = rename();
    up(true);
  }
  return outcomeOf('link-rename', reply);
}

const hasMaster = ({ master }: LinkAttributes): boolean => master !== undefined && master !== '';

/** IFLA_MASTER works for the end that lies in the namespace of the creating socket; without one, it is the host's end. */
export function peerIsOuter({ netns, attributes, peer }: LinkAdd): boolean {
  if (peer === undefined || hasMaster(attributes)) return false;
  return hasMaster(peer.attributes) || (peer.netns === HOST && netns !== HOST);
}

/** Of a veth that is to be. */
export interface End {
  readonly name: string;
  readonly attributes: LinkAttributes;
  readonly queue: Queue;
}
