/** What the runner has to know of links before it acts. */
import { HOST } from '../../model/state.js';
import type { LinkAdd, LinkAttributes } from '../../model/operation.js';
import { dump } from './dump.js';
import { decodeLink, requestLinks } from './links.js';
import { MessageWriter } from './message.js';
import type { Session } from './sessions.js';

export function groupMembers({ socket }: Session, group: number): readonly string[] {
  let members: string[] = [];
  const writer = new MessageWriter(64);
  requestLinks(writer);
  dump(
    socket,
    writer,
    () => (members = []),
    (bytes, _type, start, end) => {
      const link = decodeLink(bytes, start, end);
      if (link.group === group) members.push(link.name);
    },
  );
  return members;
}

const hasMaster = ({ master }: LinkAttributes): boolean => master !== undefined && master !== '';

/** IFLA_MASTER works for the end that lies in the namespace of the creating socket; without one, it is the host's end. */
export function peerIsOuter({ netns, attributes, peer }: LinkAdd): boolean {
  if (peer === undefined || hasMaster(attributes)) return false;
  return hasMaster(peer.attributes) || (peer.netns === HOST && netns !== HOST);
}
