/** What is to be known of an apply that is not confirmed, or was not. */
import { dateOf } from '../../apply/boot-clock.js';
import { forgetReverted, readDeadline, readReverted, readTakenBack, readWatchdog } from '../../apply/pending.js';
import { isPending } from '../../apply/pending-files.js';
import { isAlive } from '../../kernel/processes/identity.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import type { State } from '../../model/state.js';
import { clock } from '../../report/clock.js';
import { fingerprintOf } from '../../report/fingerprint.js';
import type { Confirmation, Reverted } from '../../report/status.js';
import { calledAs } from '../called-as.js';

export function confirmationOf(lab: string): Confirmation | null {
  const deadline = readDeadline(lab);
  if (deadline === null) return null;
  const watchdog = readWatchdog(lab);
  return { until: dateOf(deadline).toISOString(), watched: watchdog !== null && isAlive(watchdog) };
}

/** Null: that was not reverted, or somebody has applied since. */
export function revertedOf(desired: State): Reverted | null {
  const taken = readTakenBack(desired.lab);
  return taken?.content === fingerprintOf(desired) ? { at: taken.at.toISOString() } : null;
}

export const revertedText = ({ at }: Reverted): string =>
  `What the file asks for was reverted at ${clock(at)}: topo watch --repair leaves it so until the file asks for something else, or topo apply was run.\n`;

/** Empty: nothing is to be told. */
export function confirmationText(lab: string): string {
  const pending = confirmationOf(lab);
  if (pending !== null) return `${sentence(lab, pending)}\n`;
  const reverted = readReverted(lab);
  if (reverted === null) return '';
  const last = reverted.text.trimEnd().split('\n').at(-1) ?? '';
  return `The last apply was not confirmed, and was reverted at ${clock(reverted.at.toISOString())}. ${last}\n`;
}

/** Of one that was reverted: whoever changes the lab now has heard of it. */
export function tellOnce(lab: string): string {
  const text = confirmationText(lab);
  forgetReverted(lab);
  return text;
}

const sentence = (lab: string, { until, watched }: Confirmation): string =>
  watched
    ? `The last apply is not confirmed: it is reverted at ${clock(until)}, unless ${calledAs(process.env)} confirm --lab ${lab} comes before.`
    : `The last apply was to be confirmed until ${clock(until)}, and the process that would have reverted it is gone.`;

/** Two changes at once could not be told from each other on the way back. */
export function refuseUnconfirmed(lab: string): void {
  if (!isPending(lab)) return;
  const confirmation = confirmationOf(lab);
  if (confirmation === null) return;
  const program = calledAs(process.env);
  const hint = `${program} confirm --lab ${lab} keeps it, ${program} confirm --revert --lab ${lab} reverts it`;
  throw new DiagnosticError([
    { code: 'unconfirmed', severity: 'error', message: sentence(lab, confirmation).replace(/^T/, 't').replace(/\.$/, ''), hint },
  ]);
}
