/** What the kernel announces by itself, of all namespaces that have a number in the host's (`NETLINK_LISTEN_ALL_NSID`, netlink(7)). */
import { constants } from 'node:os';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { Envelope, libcEvents } from './libc-events.js';
import { allocate, type Bytes, MESSAGE_HEADER } from './message.js';
import { NO_NSID } from './nsids.js';
import { NetlinkSocket } from './socket.js';

const AF_NETLINK = 16;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
/** Also the type of the number beside each message; one from the host's own namespace has none. */
const NETLINK_LISTEN_ALL_NSID = 8;
const MSG_DONTWAIT = 0x40;

/** An announcement is one object of the kernel's: rules with many expressions are the largest. */
const envelope = new Envelope(64 * 1024);

/** So many datagrams at a time, that a storm does not keep the program from acting on it. */
const AT_A_TIME = 20_000;

/** `from`: number of the namespace, `NO_NSID` for the host's. */
export type Announcement = (from: number, type: number, bytes: Bytes, start: number, end: number) => void;

export class NoticeSocket {
  private readonly socket: NetlinkSocket;

  /** `bufferBytes`: absent for as much as many announcements at once take. */
  constructor(protocol: number, groups: readonly number[], bufferBytes?: number) {
    this.socket = new NetlinkSocket(protocol);
    if (bufferBytes === undefined) this.socket.capacity();
    else this.set(SOL_SOCKET, SO_RCVBUF, bufferBytes);
    const address = allocate(12);
    address.view.setUint16(0, AF_NETLINK, true);
    expect('bind', libc.bind(this.fd, address.buffer, 12));
    this.set(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
    // Memberships from before `bind` succeed and deliver nothing.
    for (const group of groups) this.set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }

  get fd(): number {
    return this.socket.fd;
  }

  private set(level: number, name: number, value: number): void {
    const number = allocate(4);
    number.view.setUint32(0, value, true);
    expect('setsockopt', libc.setsockopt(this.fd, level, name, number.buffer, 4), String(name));
  }

  /** All that has come; true if some was lost, for the receive buffer ran over. */
  read(hear: Announcement): boolean {
    let isLost = false;
    for (let i = 0; i < AT_A_TIME; i++) {
      const size = libcEvents.recvmsg(this.fd, envelope.open(), MSG_DONTWAIT);
      if (size >= 0) readMessages(size, envelope.beside(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID) ?? NO_NSID, hear);
      else if (errno() === constants.errno.EAGAIN) break;
      else if (errno() === constants.errno.ENOBUFS) isLost = true;
      else if (errno() !== constants.errno.EINTR) throw new SystemCallError('recvmsg', errno());
    }
    return isLost;
  }

  close(): void {
    this.socket.close();
  }
}

function readMessages(size: number, from: number, hear: Announcement): void {
  const { view } = envelope.data;
  for (let at = 0; at + MESSAGE_HEADER <= size;) {
    const length = Math.max(MESSAGE_HEADER, view.getUint32(at, true));
    hear(from, view.getUint16(at + 4, true), envelope.data, at + MESSAGE_HEADER, Math.min(size, at + length));
    at += (length + 3) & ~3;
  }
}
