/** Waits for namespaces to go: deletion is the kernel's business after the name is gone, and a process inside puts it off. */
import { constants } from 'node:os';
import type { HeldNetns } from '../kernel.js';
import { dump } from './dump.js';
import { holders, type Leaving } from './holders.js';
import { AF_UNSPEC } from './ip-text.js';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { type FarLink, farLink, linkIndex, requestLinks, RTM_DELLINK } from './links.js';
import { allocate, MESSAGE_HEADER, MessageWriter } from './message.js';
import { assignNsids, livingNsids, NO_NSID, nsidOf, RTM_DELNSID } from './nsids.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';

const AF_NETLINK = 16;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const RTNLGRP_LINK = 1;
const RTNLGRP_NSID = 28;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const BATCH = 64;
const SLICE_MS = 50;

/** A namespace about to lose its name. */
export interface Departure extends Leaving {
  readonly fd: number;
}

export class Departures {
  private readonly events = new NetlinkSocket(NETLINK_ROUTE);
  /** By the number that the host's namespace has for it. */
  private readonly leaving = new Map<number, Leaving>();
  /** Indexes of the host's links with the other end in a leaving namespace: the kernel takes them along, later than it announces the end (`cleanup_net`). */
  private readonly lingering = new Set<number>();
  private readonly received = allocate(64 * 1024);

  /** `host` is a socket in the host's namespace, where the thread has to be. */
  constructor(private readonly host: NetlinkSocket) {
    const address = allocate(12);
    address.view.setUint16(0, AF_NETLINK, true);
    expect('bind', libc.bind(this.events.fd, address.buffer, 12));
    // Memberships from before `bind` succeed and deliver nothing.
    this.join(RTNLGRP_NSID);
    // Room for the announcements of thousands.
    this.events.capacity();
  }

  close(): void {
    this.events.close();
  }

  private join(group: number): void {
    const value = allocate(4);
    value.view.setUint32(0, group, true);
    expect('setsockopt', libc.setsockopt(this.events.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, value.buffer, 4));
  }

  /** Gives each namespace a number, if it has none, by which the kernel will announce its end. To be called before the names go. */
  expect(departures: readonly Departure[]): void {
    for (let start = 0; start < departures.length; start += BATCH) {
      const batch = departures.slice(start, start + BATCH);
      const numbers = assignNsids(
        this.host,
        batch.map(({ fd }) => fd),
      );
      batch.forEach(({ netns, inode }, i) => {
        if (numbers[i] !== NO_NSID) this.leaving.set(numbers[i]!, { netns, inode });
      });
    }
  }

  /** Those of the host's links with the other end in such a namespace go too. Likewise to be called before. */
  expectLinks(links: readonly FarLink[] = this.links()): void {
    for (const { index, nsid } of links) if (this.leaving.has(nsid)) this.lingering.add(index);
  }

  private links(): readonly FarLink[] {
    let links: FarLink[] = [];
    const writer = new MessageWriter(64);
    requestLinks(writer);
    dump(
      this.host,
      writer,
      () => (links = []),
      (bytes, _type, start, end) => links.push(farLink(bytes, start, end)),
    );
    return links;
  }

  /** Those that are still there after so many milliseconds. */
  async settle(timeoutMs: number): Promise<readonly HeldNetns[]> {
    if (this.lingering.size > 0) {
      // Not before: of a thousand links that go otherwise nobody wants to hear.
      this.join(RTNLGRP_LINK);
      this.lookForLinks();
    }
    const deadline = performance.now() + timeoutMs;
    const waiting = allocate(8);
    waiting.view.setInt32(0, this.events.fd, true);
    waiting.view.setInt16(4, POLLIN, true);
    for (;;) {
      this.receive();
      const left = Math.ceil(deadline - performance.now());
      if (left <= 0) this.lookAgain();
      if ((this.leaving.size === 0 && this.lingering.size === 0) || left <= 0) break;
      // Signals are heard in between.
      await new Promise(setImmediate);
      if (libc.poll(waiting.buffer, 1, Math.min(left, SLICE_MS)) < 0 && errno() !== constants.errno.EINTR)
        throw new SystemCallError('poll', errno());
    }
    return holders([...this.leaving.values()]);
  }

  /** Takes in the announcements that have arrived. */
  private receive(): void {
    for (let isLost = false; ;) {
      const size = libc.recv(this.events.fd, this.received.buffer, this.received.buffer.length, MSG_DONTWAIT);
      if (size >= 0) this.readAnnouncements(size);
      // Until all that is there has been taken the kernel goes on to drop what comes, without a word (NETLINK_S_CONGESTED).
      else if (errno() === constants.errno.EAGAIN) return isLost ? this.lookAgain() : undefined;
      else if (errno() === constants.errno.ENOBUFS) isLost = true;
      else if (errno() !== constants.errno.EINTR) throw new SystemCallError('recv', errno());
    }
  }

  private readAnnouncements(size: number): void {
    const { view } = this.received;
    for (let at = 0; at + MESSAGE_HEADER <= size;) {
      const length = view.getUint32(at, true);
      const type = view.getUint16(at + 4, true);
      const payload = at + MESSAGE_HEADER;
      if (type === RTM_DELNSID) this.leaving.delete(nsidOf(this.received, payload, at + length));
      // A port that leaves its bridge is told of in the same way, of family AF_BRIDGE.
      else if (type === RTM_DELLINK && view.getUint8(payload) === AF_UNSPEC) this.lingering.delete(linkIndex(this.received, payload));
      at += Math.max(MESSAGE_HEADER, (length + 3) & ~3);
    }
  }

  /** Announcements were lost, or may have been. */
  private lookAgain(): void {
    const living = livingNsids(this.host);
    for (const nsid of [...this.leaving.keys()]) if (!living.has(nsid)) this.leaving.delete(nsid);
    this.lookForLinks();
  }

  private lookForLinks(): void {
    const present = new Set(this.links().map(({ index }) => index));
    for (const index of [...this.lingering]) if (!present.has(index)) this.lingering.delete(index);
  }
}
