/** The thread beside the main one, which large labs need. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { filesOf, GOING_AT_ONCE, SecondThread } from '../kernel/netlink/orders.js';
import { PROGRAM_DIRECTORY } from './version.js';

/** What it runs; undefined where the sources run by themselves, and where there is one processor. */
export const SECOND_THREAD =
  PROGRAM_DIRECTORY === null || availableParallelism() === 1 ? undefined : join(PROGRAM_DIRECTORY, 'second-thread.cjs');

/** What an apply leaves of each large lab. */
export const UNDERSTOOD = '/run/topo/understood';

const HELPED: ReadonlySet<string | undefined> = new Set(['plan', 'status', 'destroy']);

/** Where there is a large lab it begins while the rest of the program is loaded: both take a moment. */
export function beginSecondThread([command]: readonly string[]): void {
  if (SECOND_THREAD === undefined || !HELPED.has(command) || !existsSync(UNDERSTOOD)) return;
  // Namespaces that are to go are open for a moment.
  SecondThread.begin(SECOND_THREAD, command === 'destroy' ? filesOf(GOING_AT_ONCE) : 0);
}
