/** What keeps a watch from repairing a lab: an apply that is to be confirmed, or one that was not. */
import { dateOf } from '../../apply/boot-clock.js';
import { forgetTakenBack, readDeadline, readTakenBack } from '../../apply/pending.js';
import { isPending, isTakenBack } from '../../apply/pending-files.js';
import type { State } from '../../model/state.js';
import type { WatchEvent } from '../../model/watch-event.js';
import { fingerprintOf } from '../../report/fingerprint.js';

export class Hold {
  private isWaiting = false;
  private revertTold: string | null = null;

  constructor(
    private readonly lab: string,
    private readonly tell: (event: WatchEvent) => void,
  ) {}

  /** It is to be looked at from time to time. */
  get isUnconfirmed(): boolean {
    return this.isWaiting;
  }

  /** Once, when there is nothing to be confirmed any more. */
  isConfirmedNow(): boolean {
    if (!this.isWaiting || isPending(this.lab)) return false;
    this.isWaiting = false;
    return true;
  }

  /** Nothing is to be repaired; why is told once. */
  isOn(desired: State): boolean {
    return this.isToBeConfirmed() || this.isReverted(desired);
  }

  /** What is repaired now would be undone by the revert, or would undo it. */
  private isToBeConfirmed(): boolean {
    const deadline = isPending(this.lab) ? readDeadline(this.lab) : null;
    if (deadline !== null && !this.isWaiting) this.tell({ type: 'unconfirmed', lab: this.lab, until: dateOf(deadline).toISOString() });
    this.isWaiting = deadline !== null;
    return this.isWaiting;
  }

  /** To do the same again would make the revert worthless. */
  private isReverted(desired: State): boolean {
    const taken = isTakenBack(this.lab) ? readTakenBack(this.lab) : null;
    if (taken === null) return false;
    if (taken.content !== fingerprintOf(desired)) return false;
    const at = taken.at.toISOString();
    if (at !== this.revertTold) this.tell({ type: 'reverted', lab: this.lab, at });
    this.revertTold = at;
    return true;
  }

  /** The lab is about to become something else: what was reverted before that may be asked for again. */
  end(): void {
    if (isTakenBack(this.lab)) forgetTakenBack(this.lab);
  }
}
