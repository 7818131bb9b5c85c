/** Settings under /proc/sys: written, remembered in altnames of lo, put back. */
import { constants } from 'node:os';
import { parseRememberedSysctl, rememberedSysctl } from '../../model/names.js';
import type { Operation } from '../../model/operation.js';
import { HOST } from '../../model/state.js';
import type { Outcome } from '../kernel.js';
import { dependants, isDependant, isForwarding, type Setting, spread } from './forwarding.js';
import { encodeAltname } from './link-encode.js';
import { MessageWriter } from './message.js';
import { FORWARDING_KEYS, readForwarding } from './netconf.js';
import { readSysctl, writeSysctl } from './proc-sys.js';
import { readLink } from './read-link.js';
import { outcomeOf } from './refusal.js';
import type { NetlinkSocket } from './socket.js';
import type { Session, Sessions } from './sessions.js';

interface Place {
  readonly sessions: Sessions;
  readonly netns: string;
  readonly socket: NetlinkSocket;
}

/** A forwarding of the whole namespace that has this value. */
export function isForwardingAlready({ socket, forwarding }: Session, { key, value }: Setting): boolean {
  const family = FORWARDING_KEYS.get(key);
  if (family === undefined) return false;
  return (forwarding.get(family) ?? readForwarding(socket, key)) === value;
}

/** Former values by key, from the altnames of lo. */
export function rememberedOf(altnames: readonly string[]): Map<string, string> {
  const remembered = new Map<string, string>();
  for (const altname of altnames) {
    const parsed = parseRememberedSysctl(altname);
    if (parsed !== null) remembered.set(parsed.key, parsed.value);
  }
  return remembered;
}

type SysctlOperation = Extract<Operation, { op: 'sysctl-set' | 'sysctl-restore' }>;

export function changeSysctl(sessions: Sessions, { socket, forwarding }: Session, operation: SysctlOperation): Outcome {
  const { op, netns, key, value } = operation;
  forwarding.clear();
  const place = { sessions, netns, socket };
  return op === 'sysctl-restore' ? restoreSysctl(place, key, value) : setSysctl(place, key, value, operation.remember);
}

function setSysctl(place: Place, key: string, value: string, remember: boolean): Outcome {
  const current = place.sessions.inside(place.netns, () => readSysctl(key));
  if (current === null) return outcomeOf('sysctl-set', { errno: constants.errno.ENOENT, sentence: '' });
  if (current === value) return { ok: true };
  if (remember) {
    const memory = rememberedOf(readLink(place.socket, 'lo')?.altnames ?? []);
    // What the kernel will change along with the key comes first: the key's own memory says that all is remembered.
    const others = place.netns === HOST && isForwarding(key) && value !== '0' ? dependants(key) : [];
    const entries = [...others, { key, value: current }].filter((entry) => !memory.has(entry.key));
    const altnames = entries.map((entry) => rememberedSysctl(entry.key, entry.value));
    const refusal = changeAltnames(place.socket, 'altname-add', altnames);
    if (refusal !== null) return refusal;
  }
  return write(place, key, value);
}

/**
 * The key first, then what it disturbed, unless somebody else has changed that in between; the memory of the key goes
 * last, so that a killed restore is done again.
 */
function restoreSysctl(place: Place, key: string, value: string): Outcome {
  const memory = rememberedOf(readLink(place.socket, 'lo')?.altnames ?? []);
  const current = place.sessions.inside(place.netns, () => readSysctl(key));
  const disturbed = [...memory]
    .map(([other, former]): Setting => ({ key: other, value: former }))
    .filter((setting) => isDependant(key, setting.key));
  const untouched =
    place.netns === HOST && current !== null ? disturbed.filter((setting) => readSysctl(setting.key) === spread(setting.key, current)) : [];
  // The interface may be gone, and its settings with it.
  if (current !== null && current !== value) {
    const outcome = write(place, key, value);
    if (!outcome.ok) return outcome;
  }
  for (const setting of untouched) write(place, setting.key, setting.value);
  const own = memory.get(key);
  const settings = [...disturbed, ...(own === undefined ? [] : [{ key, value: own }])];
  const altnames = settings.map((setting) => rememberedSysctl(setting.key, setting.value));
  return changeAltnames(place.socket, 'altname-delete', altnames) ?? { ok: true };
}

function write({ sessions, netns }: Place, key: string, value: string): Outcome {
  const errno = sessions.inside(netns, () => writeSysctl(key, value));
  return outcomeOf('sysctl-set', { errno, sentence: '' });
}

/** Null, or the first refusal. */
function changeAltnames(socket: NetlinkSocket, op: 'altname-add' | 'altname-delete', altnames: readonly string[]): Outcome | null {
  const writer = new MessageWriter();
  for (const altname of altnames) {
    writer.clear();
    encodeAltname(writer, op, 'lo', altname);
    const [reply] = socket.exchange(writer.bytes, writer.length);
    const outcome = outcomeOf(op, reply!);
    if (!outcome.ok) return { ...outcome, message: `remembering ${altname}: ${outcome.message}` };
  }
  return null;
}
