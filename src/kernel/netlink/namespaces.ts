/** Named network namespaces, as `ip netns` keeps them: a file in /run/netns with the namespace mounted over it. */
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { mark, parseMark } from '../../model/names.js';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { encodeAltname } from './link-encode.js';
import { MessageWriter } from './message.js';
import { deleteName, deleteNamed } from './name.js';
import { attempt, makeFrom, MS_BIND, startLoopback } from './new-namespace.js';
import type { Done, Going, Made, PlannedNetns, SecondThread, Share } from './orders.js';
import { takePlace } from './place.js';
import { readLink } from './read-link.js';
import { refused } from './refusal.js';
import type { NetnsAdd, Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { removeEtcNetns, removeLink } from '../node-files/unlink.js';
import { makeLink, renameLink as renameFiles } from '../node-files/write.js';
import type { Session, Sessions } from './sessions.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { THREAD_NETNS } from './thread.js';

const MS_REC = 0x4000;
const MS_SHARED = 1 << 20;

/**
 * Makes the directory a shared mount, as `ip netns` does: otherwise a mount namespace that exists already would see an
 * empty file where a namespace is added later.
 */
export function shareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  if (libc.mount('', directory, 'none', MS_SHARED | MS_REC, null) === 0) return;
  if (errno() !== constants.errno.EINVAL) throw new SystemCallError('mount', errno(), directory);
  expect('mount', libc.mount(directory, directory, 'none', MS_BIND | MS_REC, null), directory);
  expect('mount', libc.mount('', directory, 'none', MS_SHARED | MS_REC, null), directory);
}

/** Fewer are made as soon as another thread hears of them. */
const MANY = 64;

/** Both threads make them, if there are many and there is another thread. */
export function createNamespaces(sessions: Sessions, wanted: readonly NetnsAdd[], second?: SecondThread): readonly Outcome[] {
  const shared = attempt(() => shareDirectory(sessions.directory));
  if (!shared.ok) return wanted.map(() => shared);
  sessions.makeRoom(wanted.length);
  const outcomes = makeAll(sessions, wanted, wanted.length < MANY ? undefined : second);
  return outcomes.map((outcome, i) => {
    const { netns, files } = wanted[i]!;
    if (!outcome.ok) return outcome;
    // A link of an earlier namespace with this name may be there still, if somebody else has deleted that one.
    return attempt(() => (files === undefined ? removeLink(netns) : makeLink(netns, files)), 'node-files-link');
  });
}

function makeAll(sessions: Sessions, wanted: readonly NetnsAdd[], second: SecondThread | undefined): readonly Outcome[] {
  const planned = ({ netns, alias, sysctls }: NetnsAdd): PlannedNetns => ({
    path: sessions.path(netns),
    alias,
    ...(sysctls === undefined ? {} : { sysctls }),
  });
  const makeHere = (one: NetnsAdd): Outcome => attempt(() => sessions.keep(one.netns, makeFrom(second?.takeSpare(), planned(one))));
  if (second === undefined) return sessions.thread.excursion(() => wanted.map(makeHere));
  const share = second.make(wanted.map(planned));
  const here = sessions.thread.excursion(() => takeAll(share, wanted, makeHere));
  return joined(share, here, (index, { session }: Made) => {
    if (session === undefined) return;
    const { fd, inode, forwarding } = session;
    sessions.keep(wanted[index]!.netns, { socket: new NetlinkSocket(NETLINK_ROUTE, fd), inode, forwarding: new Map(forwarding) });
  });
}

const UNHEARD = refused('netns-add', 'ETIMEDOUT', 'the thread that was to do it was not heard of');

/** This thread's part. */
function takeAll<Item>(share: Share<readonly Done[]>, items: readonly Item[], body: (item: Item) => Outcome): readonly Outcome[] {
  const outcomes = items.map(() => UNHEARD);
  for (let some = share.take(); some !== null; some = share.take()) for (let i = some[0]; i < some[1]; i++) outcomes[i] = body(items[i]!);
  return outcomes;
}

/** With the other thread's. */
function joined<T extends Done>(
  share: Share<readonly T[]>,
  here: readonly Outcome[],
  each: (index: number, done: T) => void,
): readonly Outcome[] {
  const outcomes = [...here];
  for (const done of share.answer() ?? []) {
    outcomes[done.index] = done.outcome;
    each(done.index, done);
  }
  return outcomes;
}

/** Gives a name to the namespace of a process. As with a new one, the marks come first. */
export function attachNamespace(
  sessions: Sessions,
  { netns, alias, altname, pid, container }: Extract<Operation, { op: 'netns-attach' }>,
): Outcome {
  if (pid === undefined || pid === 0) return refused('netns-attach', 'ESRCH', `the container ${container} does not run`);
  const path = sessions.path(netns);
  const name = (): void => {
    shareDirectory(sessions.directory);
    const fd = openSync(`/proc/${pid}/ns/net`, 'r');
    try {
      takePlace(path, alias);
      sessions.thread.inside(fd, () => nameHere(sessions, netns, path, alias, altname));
    } finally {
      closeSync(fd);
    }
  };
  return attempt(name);
}

/** The thread stands in the namespace. */
function nameHere(sessions: Sessions, netns: string, path: string, alias: string, altname: string): void {
  try {
    const session = sessions.here(netns);
    const owner = parseMark(readLink(session.socket, 'lo')?.alias ?? '');
    if (owner !== null && mark(owner.lab, owner.object) !== alias) throw new TakenError(owner.lab, owner.object);
    startLoopback(session, alias);
    addAltname(session, altname);
    expect('mount', libc.mount(THREAD_NETNS, path, 'none', MS_BIND, null), path);
  } catch (error) {
    sessions.forget(netns);
    rmSync(path, { force: true });
    throw error;
  }
}

class TakenError extends Error {
  readonly code = 'EBUSY';
  constructor(lab: string, node: string) {
    super(`the container's namespace is the node ${node} of the lab ${lab} already`);
  }
}

function addAltname({ socket }: Session, altname: string): void {
  writer.clear();
  encodeAltname(writer, 'altname-add', 'lo', altname);
  const [reply] = socket.exchange(writer.bytes, writer.length);
  if (reply!.errno !== 0 && reply!.errno !== constants.errno.EEXIST) throw new SystemCallError('altname of lo', reply!.errno);
}

const writer = new MessageWriter(512);

/**
 * The new name is mounted before the old one goes: killed in between, the namespace has both, and its mark tells what it is. A shared
 * mount cannot be moved (`do_move_mount`).
 */
export function renameNamespace(sessions: Sessions, netns: string, to: string): Outcome {
  const mounted = attempt(() => {
    const path = sessions.path(to);
    const [session] = sessions.getAll([netns]);
    takePlace(path, session === undefined || typeof session === 'string' ? '' : (readLink(session.socket, 'lo')?.alias ?? ''));
    expect('mount', libc.mount(sessions.path(netns), path, 'none', MS_BIND, null), path);
    renameFiles(netns, to);
  }, 'netns-rename');
  return mounted.ok ? deleteName(sessions.path(netns)) : mounted;
}

/**
 * Takes names away. If there are many, the other thread begins at once, and this one helps when it asks what became of them. Nothing of this
 * process may hold the namespaces any more.
 */
export function startDeleting(going: readonly Going[], second: SecondThread | undefined): () => readonly Outcome[] {
  const share = second === undefined || going.length < MANY ? undefined : second.unname(going);
  return () => {
    const outcomes = share === undefined ? going.map(deleteNamed) : joined(share, takeAll(share, going, deleteNamed), () => undefined);
    if (going.some(({ files }) => files)) removeEtcNetns();
    return outcomes;
  };
}
