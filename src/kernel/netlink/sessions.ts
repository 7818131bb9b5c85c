/** A socket per namespace, and one for nftables where that is wanted, opened when first wanted and kept. */
import { closeSync, openSync } from 'node:fs';
import { entryName } from '../../model/path-name.js';
import { HOST } from '../../model/state.js';
import { namesIn } from '../folder.js';
import { identityOf } from './identity.js';
import type { Inside } from './new-namespace.js';
import { filesOf } from './orders.js';
import { NETLINK_NETFILTER, NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { growFileTable, NetnsThread, THREAD_NETNS } from './thread.js';

export interface Session extends Inside {
  readonly netns: string;
  /** Links that did not work yet when they were last observed (`carriers.ts`). */
  idle: readonly string[];
}

/** Why a name has no session. */
export type Absence = 'missing' | 'stale';

export class Sessions {
  readonly thread = new NetnsThread();
  private readonly open = new Map<string, Session>();
  private readonly filters = new Map<string, NetlinkSocket>();
  /** So many files fit into the process's table. */
  private room = 64;
  private readonly files = new Map<string, number>();
  /** The device of nsfs: a file of another device is no namespace. */
  private readonly nsfs = identityOf(THREAD_NETNS)?.device;

  constructor(readonly directory: string) {}

  /** Names in the directory, sorted. */
  names(): readonly string[] {
    return namesIn(this.directory);
  }

  path(netns: string): string {
    return `${this.directory}/${entryName(netns)}`;
  }

  host(): Session {
    const known = this.open.get(HOST);
    if (known !== undefined) return known;
    return this.here(HOST);
  }

  /** The namespace where the thread stands, which will get that name. */
  here(netns: string): Session {
    this.forget(netns);
    const session = openSession(netns, identityOf(THREAD_NETNS)?.inode ?? 0);
    this.open.set(netns, session);
    return session;
  }

  /** What was made under that name. */
  keep(netns: string, inside: Inside): void {
    this.forget(netns);
    this.open.set(netns, { netns, ...inside, idle: [] });
  }

  get(netns: string): Session | Absence {
    return netns === HOST ? this.host() : this.getAll([netns])[0]!;
  }

  /** Sessions of many names in one excursion. A name that means another namespace by now is opened anew. */
  getAll(names: readonly string[]): (Session | Absence)[] {
    this.makeRoom(names.length);
    return this.thread.excursion((enter) => names.map((netns) => this.known(netns) ?? this.enter(netns, enter)));
  }

  /** Calls `body` inside each namespace, in one excursion; sessions that are opened for that are closed again. */
  visit<T>(names: readonly string[], body: (session: Session) => T): (T | Absence)[] {
    return this.thread.excursion((enter) =>
      names.map((netns) => {
        const before = this.open.get(netns);
        const session = this.enter(netns, enter);
        if (typeof session === 'string') return session;
        try {
          return body(session);
        } finally {
          if (session !== before) this.forget(netns);
        }
      }),
    );
  }

  /** The socket for nftables of a namespace that has a session. */
  netfilter(netns: string): NetlinkSocket {
    const known = this.filters.get(netns);
    if (known !== undefined) return known;
    const socket = this.inside(netns, () => new NetlinkSocket(NETLINK_NETFILTER));
    this.filters.set(netns, socket);
    return socket;
  }

  /** For that many namespaces more. */
  makeRoom(namespaces: number): void {
    const wanted = filesOf(this.open.size + namespaces);
    if (wanted <= this.room) return;
    this.room = wanted;
    growFileTable(this.thread.homeFd, wanted);
  }

  /** The open session of the namespace that the name means. */
  private known(netns: string): Session | undefined {
    const session = this.open.get(netns);
    return session === undefined || session.inode === this.inode(netns) ? session : undefined;
  }

  private enter(netns: string, enter: (fd: number) => void): Session | Absence {
    const inode = this.inode(netns);
    if (typeof inode === 'string') return inode;
    const known = this.open.get(netns);
    const current = known?.inode === inode ? known : undefined;
    if (current === undefined) this.forget(netns);
    try {
      enterFile(this.path(netns), enter);
    } catch (error) {
      // Somebody has deleted it since: no file, or the file that was below the mount.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return 'missing';
      if (code === 'EINVAL') return 'stale';
      throw error;
    }
    const session = current ?? openSession(netns, inode);
    this.open.set(netns, session);
    return session;
  }

  /** Those that the names mean, without entering them. */
  filesOf(names: readonly string[]): readonly { readonly netns: string; readonly inode: number; readonly fd: number }[] {
    this.makeRoom(names.length);
    return names.flatMap((netns) => {
      const inode = this.inode(netns);
      return typeof inode === 'string' ? [] : [{ netns, inode, fd: this.fd(netns) }];
    });
  }

  /** The namespace's inode number. */
  private inode(netns: string): number | Absence {
    const identity = identityOf(this.path(netns));
    if (identity === null) return 'missing';
    return identity.device === this.nsfs ? identity.inode : 'stale';
  }

  /** Runs `body` inside the namespace. */
  inside<T>(netns: string, body: () => T): T {
    return netns === HOST ? body() : this.thread.inside(this.fd(netns), body);
  }

  /** Calls `body` with a socket in the namespace that the file means, for as long as that takes. */
  look<T>(file: string, body: (socket: NetlinkSocket) => T): T {
    return this.thread.excursion((enter) => {
      enterFile(file, enter);
      const socket = new NetlinkSocket(NETLINK_ROUTE);
      try {
        return body(socket);
      } finally {
        socket.close();
      }
    });
  }

  /** All that are open. */
  all(): readonly Session[] {
    return [...this.open.values()];
  }

  /** The namespace's file, open until `closeFiles`. */
  fd(netns: string): number {
    if (netns === HOST) return this.thread.homeFd;
    const known = this.files.get(netns);
    if (known !== undefined) return known;
    const fd = openSync(this.path(netns), 'r');
    this.files.set(netns, fd);
    return fd;
  }

  /** Lets go of the namespace: an open socket or file of it keeps it alive. */
  forget(netns: string): void {
    const session = this.open.get(netns);
    session?.socket.close();
    this.open.delete(netns);
    this.filters.get(netns)?.close();
    this.filters.delete(netns);
    const fd = this.files.get(netns);
    if (fd !== undefined) closeSync(fd);
    this.files.delete(netns);
  }

  closeFiles(): void {
    for (const fd of this.files.values()) closeSync(fd);
    this.files.clear();
  }

  close(): void {
    for (const netns of [...this.open.keys()]) this.forget(netns);
    this.closeFiles();
    this.thread.close();
  }
}

function enterFile(path: string, enter: (fd: number) => void): void {
  const fd = openSync(path, 'r');
  try {
    enter(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the thread stands. */
function openSession(netns: string, inode: number): Session {
  return {
    netns,
    socket: new NetlinkSocket(NETLINK_ROUTE),
    inode,
    forwarding: new Map(),
    idle: [],
  };
}
