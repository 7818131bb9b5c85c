/** Named network namespaces, as `ip netns` keeps them: a file in /run/netns with the namespace mounted over it. */
import { closeSync, mkdirSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { mark, parseMark } from '../../model/names.js';
import { errno, expect, libc, SystemCallError } from './libc.js';
import { encodeAltname, encodeLinkSet } from './link-encode.js';
import { MessageWriter, NLM_F_ACK } from './message.js';
import { takePlace } from './place.js';
import { readLink } from './read-link.js';
import { refusalOf, refused } from './refusal.js';
import { decodeForwarding, FORWARDING_KEYS, requestForwarding } from './netconf.js';
import { writeSysctl } from './proc-sys.js';
import type { NetnsAdd, Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { makeLink, removeLink, renameLink as renameFiles } from '../node-files/write.js';
import type { Session, Sessions } from './sessions.js';
import { CLONE_NEWNET, THREAD_NETNS } from './thread.js';

const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SHARED = 1 << 20;
const MNT_DETACH = 2;
const LO = 1;

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

/** Each is marked before it gets its name: what has a name has a mark. */
export function createNamespaces(sessions: Sessions, wanted: readonly NetnsAdd[]): readonly Outcome[] {
  const shared = attempt(() => shareDirectory(sessions.directory));
  if (!shared.ok) return wanted.map(() => shared);
  sessions.makeRoom(wanted.length);
  const outcomes = sessions.thread.excursion(() => wanted.map((one) => attempt(() => createNamespace(sessions, one))));
  return outcomes.map((outcome, i) => {
    const { netns, files } = wanted[i]!;
    if (!outcome.ok) return outcome;
    // A link of an earlier namespace with this name may be there still, if somebody else has deleted that one.
    return attempt(() => (files === undefined ? removeLink(netns) : makeLink(netns, files)), 'node-files-link');
  });
}

/** Leaves the thread in the new namespace. */
function createNamespace(sessions: Sessions, { netns, alias, sysctls = {} }: NetnsAdd): void {
  const path = sessions.path(netns);
  takePlace(path, alias);
  try {
    expect('unshare', libc.unshare(CLONE_NEWNET));
    const session = sessions.here(netns);
    startLoopback(session, alias);
    for (const key in sysctls) set(session, key, sysctls[key]!);
    expect('mount', libc.mount(THREAD_NETNS, path, 'none', MS_BIND, null), path);
  } catch (error) {
    sessions.forget(netns);
    rmSync(path, { force: true });
    throw error;
  }
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

/** Marks it and sets it up; on this occasion asks what will be asked next of every new namespace. */
function startLoopback({ socket, forwarding }: Session, alias: string): void {
  writer.clear();
  encodeLinkSet(writer, { index: LO }, { alias, up: true }, () => 0);
  for (const family of FAMILIES) requestForwarding(writer, family, NLM_F_ACK);
  const [reply] = socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => {
    forwarding.set(FAMILIES[request - 1]!, decodeForwarding(bytes, start, end));
  });
  if (reply!.errno !== 0) throw new SystemCallError('lo of a new namespace', reply!.errno);
}

/** Almost always so already. Without IPv6 there is no such key, and nothing is forwarded. */
function set({ forwarding }: Session, key: string, value: string): void {
  const family = FORWARDING_KEYS.get(key);
  if (family !== undefined && (forwarding.get(family) ?? '0') === value) return;
  const refusal = writeSysctl(key, value);
  if (refusal !== 0) throw new SystemCallError(`sysctl ${key}`, refusal);
  forwarding.clear();
}

const FAMILIES = [4, 6] as const;
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

/** Takes the name away. The namespace goes when nothing holds it any more. */
export function deleteName(path: string): Outcome {
  return attempt(() => {
    // EINVAL: not mounted, a stale file.
    if (libc.umount2(path, MNT_DETACH) < 0 && errno() !== constants.errno.EINVAL && errno() !== constants.errno.ENOENT) {
      throw new SystemCallError('umount', errno(), path);
    }
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  });
}

function attempt(body: () => void, op: Operation['op'] = 'netns-add'): Outcome {
  try {
    body();
    return { ok: true };
  } catch (error) {
    return refusalOf(error, op);
  }
}

/** The link in /etc/netns by which its processes see files of their own. */
export function unlinkFiles(netns: string): Outcome {
  return attempt(() => removeLink(netns), 'netns-delete');
}
