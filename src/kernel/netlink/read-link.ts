import { type DecodedLink, decodeLink, requestLinkNamed } from './links.js';
import { MessageWriter } from './message.js';
import type { NetlinkSocket } from './socket.js';

const writer = new MessageWriter(64);

/** The link of that name, as it is now; null: there is none. */
export function readLink(socket: NetlinkSocket, name: string): DecodedLink | null {
  writer.clear();
  requestLinkNamed(writer, name);
  let link: DecodedLink | null = null;
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) => (link = decodeLink(bytes, start, end)));
  return link;
}
