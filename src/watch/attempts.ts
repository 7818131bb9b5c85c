/**
 * How often each object was repaired of late: what does not stay repaired, or is refused, is left alone for longer and longer,
 * and everything else is still repaired at once. Times are in milliseconds of one clock.
 */
import type { ResourceId } from '../model/state.js';

export interface Attempt {
  /** Repairs and refusals in a row. */
  readonly count: number;
  readonly last: number;
  readonly notBefore: number;
}

export type Attempts = ReadonlyMap<ResourceId, Attempt>;

/** So many repairs of one object in a row may be somebody's mistakes. */
const FREE = 3;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 60_000;
/** What has stayed repaired for so long, and for as long again as it was left alone before, starts anew. */
const CALM_MS = 10_000;

/** After a try to repair these; `refused` are those of them that the kernel refused. */
export function afterAttempt(attempts: Attempts, tried: Iterable<ResourceId>, refused: ReadonlySet<ResourceId>, now: number): Attempts {
  const next = new Map([...attempts].filter(([, attempt]) => !isOver(attempt, now)));
  for (const id of tried) {
    const before = next.get(id)?.count ?? 0;
    const count = refused.has(id) ? Math.max(before, FREE) + 1 : before + 1;
    next.set(id, { count, last: now, notBefore: now + delayAfter(count) });
  }
  return next;
}

const isOver = ({ count, last }: Attempt, now: number): boolean => now - last > CALM_MS + 2 * delayAfter(count);

function delayAfter(count: number): number {
  return count <= FREE ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - FREE - 1));
}

/** Those that are to be left alone now. */
export function heldBack(attempts: Attempts, now: number): ReadonlySet<ResourceId> {
  return new Set([...attempts].filter(([, attempt]) => attempt.notBefore > now).map(([id]) => id));
}

/** When the first of these may be tried again; null: none of them is left alone. */
export function nextAttempt(attempts: Attempts, ids: Iterable<ResourceId>, now: number): number | null {
  const times = [...ids].map((id) => attempts.get(id)?.notBefore ?? 0).filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}

/** Where all that was wrong cannot be put down to an object: when to look again after so many times. */
export const lookAgainAfter = (times: number): number => delayAfter(FREE + Math.min(times, 12));
