import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ExecRun } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { commandFile, once, ONCE, PATH } from './script.js';

/** So many lines of a command that failed stand in the message. */
const LAST_LINES = 5;

/** Runs a command to its end; yields what it writes, line by line. It ends with this process, and all that it starts with it. */
export async function* execute({ process, definition }: ExecRun): AsyncGenerator<string, Outcome> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...once(definition)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, ONCE, COMMAND: commandFile(process, definition) },
    cwd: '/',
  });
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
  const end = await ended;
  if (end === null) return { ok: true };
  return { ok: false, errno: 'ECHILD', message: last.length === 0 ? end : `${end}: ${last.join('; ').slice(-1000)}` };
}

/** A shell gives 128 and the number of the signal. */
function howItEnded(status: number | null, signal: NodeJS.Signals | null): string {
  if (status === null) return `it was killed by ${signal ?? 'a signal'}`;
  return status > 128 ? `it was killed by signal ${status - 128}` : `it exited with status ${status}`;
}
