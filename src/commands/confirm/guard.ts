/** Before the first change of an apply that is to be confirmed: somebody else is told to revert it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { dateOf, sinceBoot } from '../../apply/boot-clock.js';
import { type Basis, readDeadline, readWatchdog, removePending, writeDeadline, writePending } from '../../apply/pending.js';
import type { Kernel } from '../../kernel/kernel.js';
import { identify } from '../../kernel/processes/identity.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import type { Event, Summary } from '../../model/event.js';
import { fingerprintOf } from '../../report/fingerprint.js';

export interface Guard {
  /** The same kernel; a command that runs does not count as work that goes on. */
  watched(kernel: Kernel): Kernel;
  /** What is to be said; it counts from now on. Null: nothing is left to be confirmed. */
  end(outcome: Summary['outcome']): Event | null;
  close(): void;
}

/** How long the other process may take to begin. */
const BEGINNING_MS = 30_000;
const POLL_MS = 10;

/** How often an apply that is at work says so. */
const BEAT_MS = 1000;

export async function raiseGuard(lab: string, basis: Basis, confirmMs: number): Promise<Guard> {
  keep(lab, basis, sinceBoot() + confirmMs);
  const { startWatchdog } = await import('./start-watchdog.js');
  startWatchdog(lab);
  const latest = performance.now() + BEGINNING_MS;
  while (readWatchdog(lab) === null) {
    if (performance.now() > latest) {
      removePending(lab);
      const message = 'the process that would revert this does not start: nothing was changed';
      throw new DiagnosticError([{ code: 'no-watchdog', severity: 'error', message, hint: 'apply without --confirm, or try again' }]);
    }
    await sleep(POLL_MS);
  }
  // What hangs, or was stopped, does not come by here, and its time runs out; nor is it known of a command whether it will ever end.
  let commands = 0;
  const beat = (): void => {
    if (commands === 0) prolong(lab, confirmMs);
  };
  const beats = setInterval(beat, BEAT_MS);
  return {
    watched: (kernel) => ({
      ...kernel,
      execute: async function* (operation, stop) {
        beat();
        commands += 1;
        try {
          return yield* kernel.execute(operation, stop);
        } finally {
          commands -= 1;
          beat();
        }
      },
    }),
    end: (outcome) => {
      clearInterval(beats);
      if (outcome === 'rolled-back') {
        removePending(lab);
        return null;
      }
      return { type: 'unconfirmed', lab, until: dateOf(prolong(lab, confirmMs)).toISOString() };
    },
    close: () => clearInterval(beats),
  };
}

function keep(lab: string, basis: Basis, deadline: number): void {
  try {
    writePending(lab, { basis: serialize(basis), content: fingerprintOf(basis.wanted.state), owner: identify(process.pid)!, deadline });
  } catch (error) {
    removePending(lab);
    if (error instanceof DiagnosticError) throw error;
    const message = `what there was before cannot be kept: ${error instanceof Error ? error.message : String(error)}; nothing was changed`;
    const hint = 'make room in /run/topo, or leave out --confirm';
    throw new DiagnosticError([{ code: 'no-confirmation', severity: 'error', message, hint }]);
  }
}

/** From now on as long again; where there is no room for another deadline the one before counts. */
function prolong(lab: string, confirmMs: number): number {
  const deadline = sinceBoot() + confirmMs;
  try {
    writeDeadline(lab, deadline);
    return deadline;
  } catch {
    return readDeadline(lab) ?? deadline;
  }
}
