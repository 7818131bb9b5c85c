/** A new network namespace with its mark and its name, made by whichever thread. */
import { constants } from 'node:os';
import { closeSync, rmSync } from 'node:fs';
import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { identityOf } from './identity.js';
import { expect, libc, SystemCallError } from './libc.js';
import { encodeLinkSet } from './link-encode.js';
import { MessageWriter, NLM_F_ACK } from './message.js';
import { decodeForwarding, FORWARDING_KEYS, requestForwarding } from './netconf.js';
import type { PlannedNetns } from './orders.js';
import { takePlace } from './place.js';
import { writeSysctl } from './proc-sys.js';
import { refusalOf } from './refusal.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { CLONE_NEWNET, THREAD_NETNS } from './thread.js';

export const MS_BIND = 0x1000;
const LO = 1;

/** What is known of a namespace from inside. */
export interface Inside {
  readonly socket: NetlinkSocket;
  /** Of the namespace: stays its own as long as the socket holds it. */
  readonly inode: number;
  /** Of the whole namespace, where this process has made it and nothing has been written since. */
  readonly forwarding: Map<4 | 6, string | null>;
}

/**
 * It is marked before it gets its name: what has a name has a mark. Leaves the thread in the new namespace. `spare`: a file of one that
 * nobody has done anything with.
 */
function makeNamespace({ path, alias, sysctls = {} }: PlannedNetns, spare?: number): Inside {
  takePlace(path, alias);
  let socket: NetlinkSocket | undefined;
  try {
    if (spare === undefined) expect('unshare', libc.unshare(CLONE_NEWNET));
    else expect('setns', libc.setns(spare, CLONE_NEWNET));
    socket = new NetlinkSocket(NETLINK_ROUTE);
    const inside = { socket, inode: identityOf(THREAD_NETNS)?.inode ?? 0, forwarding: new Map<4 | 6, string | null>() };
    startLoopback(inside, alias);
    for (const key in sysctls) set(inside, key, sysctls[key]!);
    expect('mount', libc.mount(THREAD_NETNS, path, 'none', MS_BIND, null), path);
    return inside;
  } catch (error) {
    socket?.close();
    rmSync(path, { force: true });
    throw error;
  }
}

/** The same; the file of the spare is closed. */
export function makeFrom(spare: number | undefined, planned: PlannedNetns): Inside {
  try {
    return makeNamespace(planned, spare);
  } finally {
    if (spare !== undefined) closeSync(spare);
  }
}

/** Marks it and sets it up; on this occasion asks what will be asked next of every new namespace. */
export function startLoopback({ socket, forwarding }: Pick<Inside, 'socket' | 'forwarding'>, alias: string): void {
  writer.clear();
  encodeLinkSet(writer, { index: LO }, { alias, up: true }, () => 0);
  for (const family of FAMILIES) requestForwarding(writer, family, NLM_F_ACK);
  const [reply] = socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => {
    forwarding.set(FAMILIES[request - 1]!, decodeForwarding(bytes, start, end));
  });
  if (reply!.errno !== 0) throw new SystemCallError('lo of a new namespace', reply!.errno);
}

/** Almost always so already. Without IPv6 there is no such key, and nothing is forwarded. */
function set({ forwarding }: Inside, key: string, value: string): void {
  const family = FORWARDING_KEYS.get(key);
  if (family !== undefined && (forwarding.get(family) ?? '0') === value) return;
  const refusal = writeSysctl(key, value);
  if (refusal === constants.errno.ENOENT && family === 6) return;
  if (refusal !== 0) throw new SystemCallError(`sysctl ${key}`, refusal);
  forwarding.clear();
}

const FAMILIES = [4, 6] as const;
const writer = new MessageWriter(512);

export function attempt(body: () => void, op: Operation['op'] = 'netns-add'): Outcome {
  try {
    body();
    return { ok: true };
  } catch (error) {
    return refusalOf(error, op);
  }
}
