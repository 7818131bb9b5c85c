import { describe, expect, it } from '@jest/globals';
import { afterAttempt, heldBack, nextAttempt, type Attempts } from '../../src/watch/attempts.js';

const NONE: ReadonlySet<string> = new Set();

/** The delay after each of so many attempts, one right after the other. */
function delays(times: number, refused: ReadonlySet<string>): readonly number[] {
  let attempts: Attempts = new Map();
  let now = 0;
  return Array.from({ length: times }, () => {
    attempts = afterAttempt(attempts, ['a'], refused, now);
    const next = nextAttempt(attempts, ['a'], now);
    const delay = next === null ? 0 : next - now;
    now += delay;
    return delay;
  });
}

describe('an object that does not stay repaired', () => {
  it('is repaired three times at once, and then later and later, at most after a minute', () => {
    expect(delays(14, NONE)).toEqual([0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('is left alone from the first refusal on', () => {
    expect(delays(4, new Set(['a']))).toEqual([250, 500, 1000, 2000]);
  });

  it('counts as new after a calm time', () => {
    const refused = afterAttempt(new Map(), ['a'], new Set(['a']), 0);
    const soon = afterAttempt(refused, ['a'], NONE, 10_400);
    const late = afterAttempt(refused, ['a'], NONE, 10_600);
    expect([heldBack(soon, 10_401), heldBack(late, 10_601)]).toEqual([new Set(['a']), new Set()]);
  });

  it('holds up no other', () => {
    const attempts = afterAttempt(afterAttempt(new Map(), ['a', 'b'], new Set(['a']), 0), ['b'], NONE, 1);
    expect(heldBack(attempts, 2)).toEqual(new Set(['a']));
    expect(nextAttempt(attempts, ['b'], 2)).toBeNull();
    expect(nextAttempt(attempts, ['a', 'b'], 2)).toBe(250);
  });
});
