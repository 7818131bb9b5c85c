/** From any state of the lab, applying a file gives what it gives on an empty machine (GUARANTEES.md, G2 and G3). */
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { tried } from '../../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../../thoroughness.js';
import { anyDrift } from './drift.js';
import { anyLabInFiles } from './files.js';
import { Fresh } from './fresh.js';
import { Walk } from './walk.js';

const STATES = LONG ? 150 : 50;
const PAIRS = LONG ? 2000 : 500;

/** Machines side by side: an apply waits for the kernel most of its time. */
const WALKS = 4;

let fresh: Fresh;
let walks: readonly Walk[] = [];

beforeAll(async () => {
  fresh = await Fresh.create();
  for (let i = 0; i < WALKS; i++) walks = [...walks, await Walk.create(fresh)];
});
afterAll(() => {
  for (const one of [fresh, ...walks]) one.dispose();
});

test(`any state leads to any other: ${PAIRS} pairs of ${STATES} states (${DRAWN})`, async () => {
  const labs = fc.sample(anyLabInFiles, { numRuns: STATES, seed: SEED });
  const steps = fc.sample(fc.tuple(fc.nat(), anyDrift), { numRuns: PAIRS, seed: SEED });
  const go = async (walk: Walk, number: number): Promise<void> => {
    let index = number;
    for (const [step, drift] of steps.filter((_, i) => i % WALKS === number)) {
      // Any but itself.
      index = (index + 1 + (step % (STATES - 1))) % STATES;
      await walk.goTo(labs[index]!, drift);
    }
    await walk.leave();
  };
  await Promise.all(walks.map(go));
  tried(PAIRS);
}, 3_600_000);
