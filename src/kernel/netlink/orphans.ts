/**
 * Connections that no process has any more (`sock_diag(7)`): the kernel sends what they have left for a minute and more, and
 * their namespace lives as long. Where its links go too nobody will ever answer, so that they are ended before.
 */
import { readFileSync } from 'node:fs';
import { MessageWriter, NLM_F_ACK, NLM_F_DUMP } from './message.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './socket.js';

const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
/** `struct inet_diag_req_v2`, `struct inet_diag_msg` (`linux/inet_diag.h`); both have a `struct inet_diag_sockid`. */
const REQUEST = { family: 0, protocol: 1, states: 4, id: 8, length: 56 } as const;
const ANSWER = { id: 4, inode: 68 } as const;
const ID_LENGTH = 48;

/** Each family, and where the namespace's count of its sockets stands: a look at the sockets themselves takes twenty times as long. */
const FAMILIES = [
  { family: 2, counts: 'sockstat', count: /^TCP: inuse ([1-9])/m },
  { family: 10, counts: 'sockstat6', count: /^TCP6: inuse ([1-9])/m },
] as const;
const IPPROTO_TCP = 6;
/** FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING (`net/tcp_states.h`): closed here, and the other side has not said that it knows. */
const LEAVING = (1 << 4) | (1 << 5) | (1 << 9) | (1 << 11);

/** Anywhere on the machine: most often there are none. */
export const areThereOrphans = (): boolean => !/^TCP: .* orphan 0 /m.test(readCounts('sockstat'));

function readCounts(name: string): string {
  try {
    return readFileSync(`/proc/thread-self/net/${name}`, 'latin1');
  } catch {
    // A kernel without IPv6 has no sockstat6.
    return '';
  }
}

/** In the namespace where the thread stands. A kernel without `INET_DIAG_DESTROY` keeps them. */
export function endOrphans(): void {
  const families = FAMILIES.filter(({ counts, count }) => count.test(readCounts(counts))).map(({ family }) => family);
  if (families.length === 0) return;
  const socket = new NetlinkSocket(NETLINK_SOCK_DIAG);
  try {
    for (const family of families) {
      const orphans = orphansOf(socket, family);
      const writer = new MessageWriter();
      for (const id of orphans) {
        request(writer, SOCK_DESTROY, NLM_F_ACK, family, id);
        socket.exchange(writer.bytes, writer.length);
        writer.clear();
      }
    }
  } finally {
    socket.close();
  }
}

function orphansOf(socket: NetlinkSocket, family: number): readonly Buffer[] {
  const writer = new MessageWriter(128);
  request(writer, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, family);
  const found: Buffer[] = [];
  socket.exchange(writer.bytes, writer.length, ({ buffer, view }, _type, start) => {
    if (view.getUint32(start + ANSWER.inode, true) !== 0) return;
    found.push(Buffer.from(buffer.subarray(start + ANSWER.id, start + ANSWER.id + ID_LENGTH)));
  });
  return found;
}

function request(writer: MessageWriter, type: number, flags: number, family: number, id?: Buffer): void {
  writer.begin(type, flags);
  const at = writer.reserve(REQUEST.length);
  writer.bytes.view.setUint8(at + REQUEST.family, family);
  writer.bytes.view.setUint8(at + REQUEST.protocol, IPPROTO_TCP);
  writer.bytes.view.setUint32(at + REQUEST.states, LEAVING, true);
  if (id !== undefined) writer.bytes.buffer.set(id, at + REQUEST.id);
  writer.end();
}
