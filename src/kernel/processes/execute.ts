import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ExecRun } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { descendantsOf } from './identity.js';
import { refusalOf } from '../netlink/refusal.js';
import { commandFile, once, ONCE, PATH } from './script.js';

/** So many lines of a command that failed stand in the message. */
const LAST_LINES = 5;

/** What a command has to put its things in order, once it is told to end. */
const GRACE_MS = 2000;

/** Runs a command to its end; yields what it writes, line by line. It ends with this process, and all that it starts with it. */
export async function* execute(operation: ExecRun, stop?: AbortSignal): AsyncGenerator<string, Outcome> {
  try {
    return yield* run(operation, stop);
  } catch (error) {
    // E2BIG, EAGAIN: no process was made.
    return refusalOf(error, operation.op);
  }
}

async function* run({ process: key, definition }: ExecRun, stop?: AbortSignal): AsyncGenerator<string, Outcome> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...once(definition)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, ONCE, COMMAND: commandFile(key, definition) },
    cwd: '/',
    // A group of its own: what the terminal sends to all is for topo to hear, and to pass on.
    detached: true,
  });
  const end = (): void => endCommand(child);
  stop?.addEventListener('abort', end);
  child.on('close', () => stop?.removeEventListener('abort', end));
  const ended = new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status === 0 ? null : howItEnded(status, signal)));
  });
  // Told where it is waited for.
  ended.catch(() => undefined);
  const both = new PassThrough();
  child.stdout.pipe(both, { end: false });
  child.stderr.pipe(both, { end: false });
  child.on('close', () => both.end());
  child.on('error', () => both.end());
  const last: string[] = [];
  for await (const line of createInterface({ input: both, crlfDelay: Infinity })) {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    yield line;
  }
  const why = await ended;
  if (why === null) return { ok: true };
  return { ok: false, errno: 'ECHILD', message: last.length === 0 ? why : `${why}: ${last.join('; ').slice(-1000)}` };
}

/** Its parents are process 1 of a namespace and what waits for that: they hear nothing but SIGKILL. */
function endCommand(child: ChildProcess): void {
  if (child.pid === undefined) return;
  for (const pid of descendantsOf(child.pid)) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has ended in the meantime.
    }
  }
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

/** A shell gives 128 and the number of the signal. */
function howItEnded(status: number | null, signal: NodeJS.Signals | null): string {
  if (status === null) return `it was killed by ${signal ?? 'a signal'}`;
  return status > 128 ? `it was killed by signal ${status - 128}` : `it exited with status ${status}`;
}
