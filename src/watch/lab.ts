/** What is known of one lab, and what is to be told and done when it was looked at, or repaired. No clock, no kernel. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { ResourceId } from '../model/state.js';
import type { Cause, DriftObject, WatchEvent, WatchRepair } from '../model/watch-event.js';
import { afterAttempt, heldBack, lookAgainAfter, nextAttempt, type Attempts } from './attempts.js';
import { fingerprint } from './drift.js';

export interface LabState {
  readonly lab: string;
  /** What was told last; null: nothing yet. */
  readonly told: string | null;
  readonly drift: readonly DriftObject[];
  readonly isBlocked: boolean;
  /** So many looks in a row found it blocked. */
  readonly blockedTimes: number;
  readonly attempts: Attempts;
  /** When to look again though nothing is heard; null: not at all. */
  readonly wakeAt: number | null;
}

export interface Step {
  readonly state: LabState;
  readonly events: readonly WatchEvent[];
}

export const newLab = (lab: string): LabState => ({
  lab,
  told: null,
  drift: [],
  isBlocked: false,
  blockedTimes: 0,
  attempts: new Map(),
  wakeAt: null,
});

/** It was looked at, and this is what differs. */
export function seen(state: LabState, drift: readonly DriftObject[], cause: Cause, now: number): Step {
  const told = fingerprint(drift);
  const { lab } = state;
  const next: LabState = {
    ...state,
    told,
    drift,
    isBlocked: false,
    blockedTimes: 0,
    wakeAt: drift.length === 0 ? null : nextAttempt(state.attempts, state.attempts.keys(), now),
  };
  if (told === state.told) return { state: next, events: [] };
  if (drift.length === 0) return { state: next, events: [{ type: 'in-sync', lab, cause }] };
  const ids = drift.map(({ id }) => id);
  return { state: next, events: [{ type: 'drift', lab, cause, objects: drift, ...retryOf(state.attempts, ids, now) }] };
}

function retryOf(attempts: Attempts, ids: Iterable<ResourceId>, now: number): { readonly retryMilliseconds?: number } {
  const next = nextAttempt(attempts, ids, now);
  return next === null ? {} : { retryMilliseconds: Math.round(next - now) };
}

/** Its file asks for something else: what was tried for the former one does not count. */
export const changed = (state: LabState): LabState => ({ ...state, attempts: new Map(), wakeAt: null });

/** Whether there would be news in it. */
export const isNews = (state: LabState, drift: readonly DriftObject[]): boolean => fingerprint(drift) !== state.told;

/** Nothing may be done: what stands in the way may go without a word, so it is looked at again. */
export function blocked(state: LabState, diagnostics: readonly Diagnostic[], now: number): Step {
  const told = JSON.stringify(diagnostics);
  const blockedTimes = state.blockedTimes + 1;
  return {
    state: { ...state, told, drift: [], isBlocked: true, blockedTimes, wakeAt: now + lookAgainAfter(blockedTimes) },
    events: told === state.told ? [] : [{ type: 'blocked', lab: state.lab, diagnostics }],
  };
}

/** What is to be left alone when it is repaired now. */
export const leftAlone = ({ attempts }: LabState, now: number): ReadonlySet<ResourceId> => heldBack(attempts, now);

/** After a try to repair these objects. */
export function repaired(
  state: LabState,
  tried: ReadonlySet<ResourceId>,
  result: Omit<WatchRepair, 'type' | 'lab' | 'retryMilliseconds'>,
  now: number,
): Step {
  const refused = new Set(result.refusals.map(({ id }) => id));
  const attempts = afterAttempt(state.attempts, tried, refused, now);
  return {
    state: { ...state, attempts },
    events: [{ type: 'repair', lab: state.lab, ...result, ...retryOf(attempts, refused, now) }],
  };
}
