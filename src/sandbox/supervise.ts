import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Environment } from './folder.js';
import { isForeground } from './process-identity.js';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** Typed on a terminal, these go to every process in the foreground. */
const TYPED: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT']);
const RETRY_MS = 5;

export interface Supervised {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** Who gets the signals that are sent to us, given the child's number; none: not yet there. */
  readonly receivers: (pid: number) => readonly number[];
}

/**
 * Runs a command in our place: on our standard input and output, with the signals that we get, to its exit status. A
 * command that a signal ended gives 128 and the signal's number, as in a shell.
 */
export function supervise({ command, args, env, receivers }: Supervised): Promise<number> {
  let child: ChildProcess | null = null;
  const forward = (signal: NodeJS.Signals): void => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (TYPED.has(signal) && isForeground()) return;
    const pids = receivers(child.pid);
    for (const pid of pids) send(pid, signal);
    if (pids.length === 0) setTimeout(forward, RETRY_MS, signal);
  };
  // Before the command starts: it may make itself heard, and get an answer by a signal, before this process runs on.
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child = spawn(command, args, { stdio: 'inherit', env });
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      for (const each of FORWARDED) process.off(each, forward);
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
