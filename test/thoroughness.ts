/**
 * How much of what could be tried a run tries: by default a sample, drawn anew each time, so that in time all of it is tried;
 * all of it with TOPO_LONG=1.
 */
import fc from 'fast-check';

export const LONG = process.env['TOPO_LONG'] === '1';

/** All that is drawn by chance in this process is drawn from this number. */
export const SEED = Number(process.env['TOPO_TEST_SEED'] ?? Math.floor(Date.now() / 1000) % 2 ** 31);

/** For the names of tests, which stand in what a failure prints: how to draw the same again. */
export const DRAWN = LONG ? `TOPO_LONG=1 TOPO_TEST_SEED=${SEED}` : `TOPO_TEST_SEED=${SEED}`;

/** The first and the last, one of each group, and others up to so many; all of them in a long run. In their order. */
export function sampleOf<T>(all: readonly T[], count: number, groupOf: (one: T) => string = () => ''): readonly T[] {
  if (LONG || all.length <= count) return all;
  const chosen = new Set<T>(all.length === 0 ? [] : [all[0]!, all.at(-1)!]);
  const shuffled = fc.sample(fc.shuffledSubarray([...all], { minLength: all.length }), { numRuns: 1, seed: SEED })[0]!;
  const covered = new Set([...chosen].map(groupOf));
  for (const one of shuffled) {
    if (covered.has(groupOf(one))) continue;
    covered.add(groupOf(one));
    chosen.add(one);
  }
  for (const one of shuffled) if (chosen.size < count) chosen.add(one);
  return all.filter((one) => chosen.has(one));
}
