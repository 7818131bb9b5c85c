import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessKey } from '../../model/process.js';
import type { Outcome } from '../kernel.js';
import { childrenOf, descendantsOf, identify, initOf, isAlive, type ProcessIdentity } from './identity.js';
import { readRecord, removeRecord } from './record.js';
import { removeTurn } from './turn.js';

/** What a process has to put its things in order, before it is killed. */
const GRACE_MS = 2000;
/** A killed process is gone at once, unless it hangs in the kernel. */
const KILL_MS = 2000;
const POLL_MS = 5;

const OK: Outcome = { ok: true };

/** Ends them, with all that they have started, and forgets them. */
export async function stopProcesses(keys: readonly ProcessKey[]): Promise<readonly Outcome[]> {
  const outcomes = await endProcesses(keys);
  // Before the records: killed in between, the next one finds these, and does it again.
  removeTurn();
  keys.forEach((key, i) => {
    if (outcomes[i]!.ok) removeRecord(key);
  });
  return outcomes;
}

interface Doomed {
  /** The recorded one and its children, which make the namespace and write the log; and process 1 of that namespace. */
  readonly members: readonly ProcessIdentity[];
  readonly init: ProcessIdentity | null;
}

/** Ends those that run: all are asked at once, and waited for together. */
export async function endProcesses(keys: readonly ProcessKey[]): Promise<readonly Outcome[]> {
  const doomed = keys.map(find);
  for (const { init } of doomed) for (const one of init === null ? [] : descendantsOf(init.pid)) send(one, 'SIGTERM');
  await waitFor(doomed, GRACE_MS);
  // Process 1 takes all of its namespace along. Then the log is written to its end.
  for (const { init } of doomed) if (init !== null && isAlive(init)) send(init.pid, 'SIGKILL');
  await waitFor(doomed, KILL_MS);
  // What is left has lost its process 1, or somebody else has the end of it to which the log is written.
  for (const { members } of doomed) for (const one of members) if (isAlive(one)) send(one.pid, 'SIGKILL');
  await waitFor(doomed, KILL_MS);
  return doomed.map(({ members }) => {
    const left = members.find(isAlive);
    return left === undefined ? OK : { ok: false, errno: 'EBUSY', message: `process ${left.pid} does not end, not even by SIGKILL` };
  });
}

function find(key: ProcessKey): Doomed {
  const { process } = readRecord(key);
  if (process === null || !isAlive(process)) return { members: [], init: null };
  const pid = initOf(process.pid);
  const init = pid === undefined ? null : identify(pid);
  const children = childrenOf(process.pid).flatMap((one) => identify(one) ?? []);
  return { members: [process, ...children, ...(init === null ? [] : [init])], init };
}

async function waitFor(doomed: readonly Doomed[], milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (doomed.some(({ members }) => members.some(isAlive)) && performance.now() < deadline) await sleep(POLL_MS);
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
