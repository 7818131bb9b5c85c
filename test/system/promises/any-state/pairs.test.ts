/** From any state of the lab, applying a file gives what it gives on an empty machine (GUARANTEES.md, G2 and G3). */
import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { DRAWN, LONG, SEED } from '../../../thoroughness.js';
import { anyDrift } from './drift.js';
import { anyLabInFiles } from './files.js';
import { Walk } from './walk.js';

const STATES = LONG ? 150 : 40;
const PAIRS = LONG ? 2000 : 200;

let walk: Walk;

beforeAll(async () => {
  walk = await Walk.create();
});
afterAll(() => walk.dispose());

test(`any state leads to any other: ${PAIRS} pairs of ${STATES} states (${DRAWN})`, async () => {
  const labs = fc.sample(anyLabInFiles, { numRuns: STATES, seed: SEED });
  const steps = fc.sample(fc.tuple(fc.nat(), anyDrift), { numRuns: PAIRS, seed: SEED });
  let index = 0;
  for (const [step, drift] of steps) {
    // Any but itself.
    index = (index + 1 + (step % (STATES - 1))) % STATES;
    await walk.goTo(labs[index]!, drift);
  }
  await walk.leave();
}, 3_600_000);
