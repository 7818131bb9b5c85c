/** Hears of changes in namespaces, and of the end of processes, without asking. */
import { closeSync } from 'node:fs';
import { HOST } from '../../model/state.js';
import type { Attended, Listener, Notices } from '../kernel.js';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { libcEvents, pidfdOpen } from './libc-events.js';
import { allocate } from './message.js';
import { isOfInterest, NFTABLES_GROUPS, ROUTE_GROUPS } from './notices.js';
import { NoticeSocket, type Announcement } from './notice-socket.js';
import { assignNsids, NO_NSID, nsidOf, RTM_DELNSID, RTM_NEWNSID } from './nsids.js';
import { Sessions } from './sessions.js';
import { NETLINK_NETFILTER, NETLINK_ROUTE } from './socket.js';

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;
const EPOLLIN = 1;
const EPOLL_CTL_ADD = 1;
/** struct epoll_event is packed on x86-64, and has a hole on other machines (`eventpoll.h`). */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EVENT_DATA = process.arch === 'x64' ? 4 : 8;
/** More that are ready at once are told the next time. */
const EVENTS = 256;
const ASSIGN_AT_ONCE = 64;

interface Heard {
  readonly inode: number | undefined;
  readonly nsid: number;
  readonly keepsNeighbours: boolean;
}

export interface ListenOptions {
  /** Where namespaces have their names. */
  readonly netnsDir: string;
  /** For tests: of the receive buffers. */
  readonly bufferBytes?: number | undefined;
}

/** The thread stands in the host's namespace. */
export function listen({ netnsDir, bufferBytes }: ListenOptions): Listener {
  return new NetlinkListener(netnsDir, bufferBytes);
}

class NetlinkListener implements Listener {
  private readonly sessions: Sessions;
  private readonly sockets: readonly NoticeSocket[];
  private readonly epoll = expect('epoll_create1', libcEvents.epollCreate(CLOEXEC));
  private readonly alarm = expect('eventfd', libcEvents.eventfd(0, CLOEXEC | NONBLOCK));
  private readonly events = allocate(EVENT_BYTES * EVENTS);
  /** Written by another thread. */
  private readonly wokenBy = allocate(EVENT_BYTES);
  private readonly heard = new Map<string, Heard>();
  private readonly names = new Map<number, string>();
  /** Descriptors by number of the process. */
  private readonly processes = new Map<number, number>();
  private waiting: Promise<void> | null = null;
  private isClosed = false;
  private changed = new Set<string>();
  private ended = new Set<number>();
  private count = 0;
  private isLost = false;

  constructor(netnsDir: string, bufferBytes: number | undefined) {
    this.sessions = new Sessions(netnsDir);
    this.sockets = [
      new NoticeSocket(NETLINK_ROUTE, ROUTE_GROUPS, bufferBytes),
      new NoticeSocket(NETLINK_NETFILTER, NFTABLES_GROUPS, bufferBytes),
    ];
    for (const fd of [this.alarm, ...this.sockets.map((socket) => socket.fd)]) this.add(fd);
  }

  attend(namespaces: readonly Attended[], processes: ReadonlySet<number>): ReadonlySet<string> {
    this.attendProcesses(processes);
    const wanted = new Set(namespaces.map(({ netns }) => netns));
    for (const netns of this.heard.keys()) if (!wanted.has(netns) && netns !== HOST) this.forget(netns);
    const anew: Attended[] = [];
    for (const one of namespaces) {
      const known = this.heard.get(one.netns);
      if (one.netns === HOST) this.heard.set(HOST, { ...one, nsid: NO_NSID });
      else if (known?.inode === one.inode && known !== undefined) this.heard.set(one.netns, { ...known, ...one });
      else anew.push(one);
    }
    return this.number(anew);
  }

  /** The kernel tells only of namespaces that have a number in the host's. */
  private number(anew: readonly Attended[]): ReadonlySet<string> {
    const numbered = new Set<string>();
    const about = new Map(anew.map((one) => [one.netns, one]));
    const files = this.sessions.filesOf([...about.keys()]);
    try {
      for (let start = 0; start < files.length; start += ASSIGN_AT_ONCE) {
        const batch = files.slice(start, start + ASSIGN_AT_ONCE);
        const numbers = assignNsids(
          this.sessions.host().socket,
          batch.map(({ fd }) => fd),
        );
        batch.forEach(({ netns, inode }, i) => {
          this.forget(netns);
          const nsid = numbers[i]!;
          if (nsid === NO_NSID) return;
          this.heard.set(netns, { ...about.get(netns)!, inode, nsid });
          this.names.set(nsid, netns);
          numbered.add(netns);
        });
      }
    } finally {
      this.sessions.closeFiles();
    }
    return numbered;
  }

  private forget(netns: string): void {
    const known = this.heard.get(netns);
    this.heard.delete(netns);
    if (known !== undefined && this.names.get(known.nsid) === netns) this.names.delete(known.nsid);
  }

  private attendProcesses(wanted: ReadonlySet<number>): void {
    for (const [pid, fd] of this.processes) {
      if (wanted.has(pid)) continue;
      closeSync(fd);
      this.processes.delete(pid);
    }
    for (const pid of wanted) {
      if (this.processes.has(pid)) continue;
      const fd = pidfdOpen(pid);
      if (fd < 0) {
        // It has ended since it was seen.
        this.ended.add(pid);
        continue;
      }
      this.processes.set(pid, fd);
      this.add(fd);
    }
  }

  private add(fd: number): void {
    const event = allocate(16);
    event.view.setUint32(0, EPOLLIN, true);
    event.view.setInt32(EVENT_DATA, fd, true);
    expect('epoll_ctl', libcEvents.epollControl(this.epoll, EPOLL_CTL_ADD, fd, event.buffer));
  }

  ready(): Promise<void> {
    if (this.ended.size > 0 || this.isClosed) return Promise.resolve();
    this.waiting ??= this.wait();
    return this.waiting;
  }

  private wait(): Promise<void> {
    return new Promise((resolve) =>
      libcEvents.epollWait.async(this.epoll, this.wokenBy.buffer, 1, -1, () => {
        this.waiting = null;
        resolve();
      }),
    );
  }

  take(): Notices {
    for (const socket of this.sockets) if (socket.read(this.hear)) this.isLost = true;
    this.takeEnded();
    const taken = { namespaces: this.changed, processes: this.ended, count: this.count, isLost: this.isLost };
    this.changed = new Set();
    this.ended = new Set();
    this.count = 0;
    this.isLost = false;
    return taken;
  }

  private readonly hear: Announcement = (from, type, bytes, start, end) => {
    this.count += 1;
    if (type === RTM_NEWNSID) return;
    if (type === RTM_DELNSID) {
      const gone = this.names.get(nsidOf(bytes, start, end));
      if (gone === undefined || from !== NO_NSID) return;
      this.changed.add(gone);
      this.forget(gone);
      return;
    }
    const netns = from === NO_NSID ? HOST : this.names.get(from);
    if (netns === undefined || this.changed.has(netns)) return;
    if (isOfInterest(type, bytes, start, this.heard.get(netns)?.keepsNeighbours === true)) this.changed.add(netns);
  };

  private takeEnded(): void {
    const { view, buffer } = this.events;
    const count = libcEvents.epollWait(this.epoll, buffer, EVENTS, 0);
    if (count < 0) throw new SystemCallError('epoll_wait', errno());
    const ready = new Set(Array.from({ length: count }, (_, i) => view.getInt32(i * EVENT_BYTES + EVENT_DATA, true)));
    for (const [pid, fd] of this.processes) {
      if (!ready.has(fd)) continue;
      closeSync(fd);
      this.processes.delete(pid);
      this.ended.add(pid);
    }
  }

  async close(): Promise<void> {
    const { waiting } = this;
    this.isClosed = true;
    const one = allocate(8);
    one.view.setUint32(0, 1, true);
    // Node waits for the thread of its pool before it ends.
    libcEvents.write(this.alarm, one.buffer, 8);
    await waiting;
    for (const fd of [this.epoll, this.alarm, ...this.processes.values()]) libc.close(fd);
    for (const socket of this.sockets) socket.close();
    this.sessions.close();
  }
}
