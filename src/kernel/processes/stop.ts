import type { ProcessKey } from '../../model/process.js';
import type { Outcome } from '../kernel.js';
import { childrenOf, descendantsOf, identify, isAlive, type ProcessIdentity } from './identity.js';
import { pause } from './pause.js';
import { readRecord, removeRecord } from './record.js';
import { removeTurn } from './turn.js';

/** What a process has to put its things in order, before it is killed. */
const GRACE_MS = 2000;
/** A killed process is gone at once, unless it hangs in the kernel. */
const KILL_MS = 2000;
const POLL_MS = 5;

const OK: Outcome = { ok: true };

/** Ends them, with all that they have started, and forgets them. */
export function stopProcesses(keys: readonly ProcessKey[]): readonly Outcome[] {
  const outcomes = endProcesses(keys);
  // Before the records: killed in between, the next one finds these, and does it again.
  removeTurn();
  keys.forEach((key, i) => {
    if (outcomes[i]!.ok) removeRecord(key);
  });
  return outcomes;
}

interface Doomed {
  /** The recorded one, and process 1 of its namespace, if there is one. */
  readonly members: readonly ProcessIdentity[];
}

/** Ends those that run: all are asked at once, and waited for together. */
export function endProcesses(keys: readonly ProcessKey[]): readonly Outcome[] {
  const doomed = keys.map(find);
  for (const { members } of doomed) for (const { pid } of members.slice(1)) for (const one of descendantsOf(pid)) send(one, 'SIGTERM');
  waitFor(doomed, GRACE_MS);
  // Process 1 takes all of its namespace along. The recorded one is its parent, or is all there is.
  for (const { members } of doomed) for (const one of [...members].reverse()) if (isAlive(one)) send(one.pid, 'SIGKILL');
  waitFor(doomed, KILL_MS);
  return doomed.map(({ members }) => {
    const left = members.find(isAlive);
    return left === undefined ? OK : { ok: false, errno: 'EBUSY', message: `process ${left.pid} does not end, not even by SIGKILL` };
  });
}

function find(key: ProcessKey): Doomed {
  const { process } = readRecord(key);
  if (process === null || !isAlive(process)) return { members: [] };
  return { members: [process, ...childrenOf(process.pid).flatMap((pid) => identify(pid) ?? [])] };
}

function waitFor(doomed: readonly Doomed[], milliseconds: number): void {
  const deadline = performance.now() + milliseconds;
  while (doomed.some(({ members }) => members.some(isAlive)) && performance.now() < deadline) pause(POLL_MS);
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
