/** Waits for namespaces to go: deletion is the kernel's business after the name is gone, and a process inside puts it off. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import type { HeldNetns } from '../kernel.js';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { allocate, attributeType, type Bytes, MESSAGE_HEADER, MessageWriter, NLM_F_ACK, nextAttribute } from './message.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';

const RTM_NEWNSID = 88;
const RTM_DELNSID = 89;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;
/** struct rtgenmsg */
const HEADER = 4;
/** "Choose one", and "has none". */
const NO_NSID = -1;

const AF_NETLINK = 16;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const RTNLGRP_NSID = 28;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const BATCH = 64;

interface Leaving {
  readonly netns: string;
  readonly inode: number;
}

/** A namespace about to lose its name. */
export interface Departure extends Leaving {
  readonly fd: number;
}

export class Departures {
  private readonly socket = new NetlinkSocket(NETLINK_ROUTE);
  private readonly leaving = new Map<number, Leaving>();
  private readonly answer = allocate(64 * 1024);

  /** With the thread in the host's namespace. */
  constructor() {
    const address = allocate(12);
    address.view.setUint16(0, AF_NETLINK, true);
    expect('bind', libc.bind(this.socket.fd, address.buffer, 12));
    const group = allocate(4);
    group.view.setUint32(0, RTNLGRP_NSID, true);
    // A membership from before `bind` succeeds and delivers nothing.
    expect('setsockopt', libc.setsockopt(this.socket.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group.buffer, 4));
    void this.socket.capacity;
  }

  close(): void {
    this.socket.close();
  }

  /** Gives each namespace a number, if it has none, by which the kernel will announce its end. To be called before the names go. */
  expect(departures: readonly Departure[], asking: NetlinkSocket): void {
    for (let start = 0; start < departures.length; start += BATCH) {
      const batch = departures.slice(start, start + BATCH);
      const numbers = getNsids(asking, batch);
      const without = batch.filter((_, i) => numbers[i] === NO_NSID);
      if (without.length > 0) setNsids(asking, without);
      const all = without.length > 0 ? getNsids(asking, batch) : numbers;
      batch.forEach(({ netns, inode }, i) => {
        if (all[i] !== NO_NSID) this.leaving.set(all[i]!, { netns, inode });
      });
    }
  }

  /** Those that are still there after so many milliseconds. */
  settle(timeoutMs: number): readonly HeldNetns[] {
    const deadline = performance.now() + timeoutMs;
    const waiting = allocate(8);
    waiting.view.setInt32(0, this.socket.fd, true);
    waiting.view.setInt16(4, POLLIN, true);
    for (;;) {
      this.receive();
      const left = Math.ceil(deadline - performance.now());
      if (this.leaving.size === 0 || left <= 0) break;
      if (libc.poll(waiting.buffer, 1, left) < 0 && errno() !== constants.errno.EINTR) throw new SystemCallError('poll', errno());
    }
    return holders([...this.leaving.values()]);
  }

  /** Takes in the announcements that have arrived. */
  private receive(): void {
    for (;;) {
      const size = libc.recv(this.socket.fd, this.answer.buffer, this.answer.buffer.length, MSG_DONTWAIT);
      if (size < 0) {
        if (errno() === constants.errno.EAGAIN) return;
        if (errno() === constants.errno.EINTR || errno() === constants.errno.ENOBUFS) continue;
        throw new SystemCallError('recv', errno());
      }
      const { view } = this.answer;
      for (let at = 0; at + MESSAGE_HEADER <= size; at += Math.max(MESSAGE_HEADER, (view.getUint32(at, true) + 3) & ~3)) {
        if (view.getUint16(at + 4, true) === RTM_DELNSID)
          this.leaving.delete(nsidOf(this.answer, at + MESSAGE_HEADER, at + view.getUint32(at, true)));
      }
    }
  }
}

function nsidOf(bytes: Bytes, start: number, end: number): number {
  for (let at = start + HEADER; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === NETNSA_NSID) return bytes.view.getInt32(at + 4, true);
  }
  return NO_NSID;
}

function getNsids(socket: NetlinkSocket, batch: readonly Departure[]): readonly number[] {
  const numbers = batch.map(() => NO_NSID);
  const writer = nsidRequests(RTM_GETNSID, batch);
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => (numbers[request] = nsidOf(bytes, start, end)));
  return numbers;
}

function setNsids(socket: NetlinkSocket, batch: readonly Departure[]): void {
  const writer = nsidRequests(RTM_NEWNSID, batch);
  socket.exchange(writer.bytes, writer.length);
}

function nsidRequests(type: number, batch: readonly Departure[]): MessageWriter {
  const writer = new MessageWriter(BATCH * 40);
  for (const { fd } of batch) {
    writer.begin(type, NLM_F_ACK);
    writer.reserve(HEADER);
    if (type === RTM_NEWNSID) writer.u32(NETNSA_NSID, NO_NSID >>> 0);
    writer.u32(NETNSA_FD, fd);
    writer.end();
  }
  return writer;
}

/** Who is in each. A namespace held by a file or a socket alone has no process in it. */
function holders(leaving: readonly Leaving[]): readonly HeldNetns[] {
  if (leaving.length === 0) return [];
  const held = new Map(leaving.map(({ netns, inode }) => [inode, { netns, processes: [] as { pid: number; command: string }[] }]));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      held.get(statSync(`/proc/${pid}/ns/net`).ino)?.processes.push({ pid: Number(pid), command: command(pid) });
    } catch {
      // It has ended meanwhile, or is a zombie.
    }
  }
  return [...held.values()];
}

function command(pid: string): string {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return line === '' ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : line;
}
