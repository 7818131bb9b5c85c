/** Numbers by which one namespace knows others (`ip netns list-id`); the kernel announces the end of what has one. */
import { dump } from './dump.js';
import { attributeType, type Bytes, MessageWriter, NLM_F_ACK, NLM_F_DUMP, nextAttribute } from './message.js';
import type { NetlinkSocket } from './socket.js';

export const RTM_NEWNSID = 88;
export const RTM_DELNSID = 89;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
/** struct rtgenmsg */
const HEADER = 4;
/** "Has none", and in a request "choose one". */
export const NO_NSID = -1;

/** The number that a message is about. */
export function nsidOf(bytes: Bytes, start: number, end: number): number {
  for (let at = start + HEADER; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === NETNSA_NSID) return bytes.view.getInt32(at + 4, true);
  }
  return NO_NSID;
}

/** The number of each, by an open file of it; gives one to those that have none. */
export function assignNsids(socket: NetlinkSocket, files: readonly number[]): readonly number[] {
  const numbers = nsidsOf(socket, files);
  const without = files.filter((_, i) => numbers[i] === NO_NSID);
  if (without.length === 0) return numbers;
  const writer = requests(RTM_NEWNSID, without);
  socket.exchange(writer.bytes, writer.length);
  return nsidsOf(socket, files);
}

/** The number of each, by an open file of it; gives none. */
export function nsidsOf(socket: NetlinkSocket, files: readonly number[]): readonly number[] {
  const numbers = files.map(() => NO_NSID);
  const writer = requests(RTM_GETNSID, files);
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => (numbers[request] = nsidOf(bytes, start, end)));
  return numbers;
}

function requests(type: number, files: readonly number[]): MessageWriter {
  const writer = new MessageWriter(files.length * 40);
  for (const fd of files) {
    writer.begin(type, NLM_F_ACK);
    writer.reserve(HEADER);
    if (type === RTM_NEWNSID) writer.u32(NETNSA_NSID, NO_NSID >>> 0);
    writer.u32(NETNSA_FD, fd);
    writer.end();
  }
  return writer;
}

/** Those of the numbers that still mean a namespace. */
export function livingNsids(socket: NetlinkSocket): ReadonlySet<number> {
  const living = new Set<number>();
  const writer = new MessageWriter(32);
  writer.begin(RTM_GETNSID, NLM_F_DUMP);
  writer.reserve(HEADER);
  writer.end();
  dump(
    socket,
    writer,
    () => living.clear(),
    (bytes, _type, start, end) => void living.add(nsidOf(bytes, start, end)),
  );
  return living;
}
