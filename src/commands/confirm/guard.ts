/** Before the first change of an apply that is to be confirmed: somebody else is told to revert it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import { type Basis, readDeadline, readWatchdog, removePending, writeDeadline, writePending } from '../../apply/pending.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import type { Event, Summary } from '../../model/event.js';
import { fingerprintOf } from '../../report/fingerprint.js';

export interface Guard {
  /** What is to be said; it counts from now on. Null: nothing is left to be confirmed. */
  end(outcome: Summary['outcome']): Event | null;
}

/** How long the other process may take to begin. */
const BEGINNING_MS = 30_000;
const POLL_MS = 10;

export async function raiseGuard(lab: string, basis: Basis, confirmMs: number): Promise<Guard> {
  keep(lab, basis, Date.now() + confirmMs);
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
  return {
    end: (outcome) => {
      if (outcome === 'rolled-back') {
        removePending(lab);
        return null;
      }
      return { type: 'unconfirmed', lab, until: new Date(prolong(lab, Date.now() + confirmMs)).toISOString() };
    },
  };
}

function keep(lab: string, basis: Basis, deadline: number): void {
  try {
    writePending(lab, { basis: serialize(basis), content: fingerprintOf(basis.wanted.state), deadline });
  } catch (error) {
    removePending(lab);
    if (error instanceof DiagnosticError) throw error;
    const message = `what there was before cannot be kept: ${error instanceof Error ? error.message : String(error)}; nothing was changed`;
    const hint = 'make room in /run/topo, or leave out --confirm';
    throw new DiagnosticError([{ code: 'no-confirmation', severity: 'error', message, hint }]);
  }
}

/** Where there is no room for another one the first deadline counts. */
function prolong(lab: string, deadline: number): number {
  try {
    writeDeadline(lab, deadline);
    return deadline;
  } catch {
    return readDeadline(lab) ?? deadline;
  }
}
