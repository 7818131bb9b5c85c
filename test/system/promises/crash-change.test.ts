/** Killed after any operation of a change, the next apply arrives at the new file, or back at the old one (GUARANTEES.md, G4). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import type { World } from '../world.js';
import { killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, mustRun, processesOf, stateOf, usedMachine } from './crash.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { planOf } from './program.js';

let world: World;
let before: string;
let after: string;
let baseline: string;

beforeAll(async () => {
  world = await usedMachine();
  before = world.file('before.yaml', EVERY_KIND);
  after = world.file('after.yaml', EVERY_KIND_CHANGED);
  baseline = stateOf(world);
});
afterAll(() => world.dispose());

test(`a change killed after an operation: the next apply arrives, back and forth (${DRAWN})`, () => {
  mustArrive(world, before, 'from nothing');
  const processes = processesOf(world);
  const points = killPoints(planOf(world, after), 22);
  tried(points.length);
  expect(points.length).toBeGreaterThan(15);
  for (const [index, k] of points.entries()) {
    mustBeKilled(world, k, 'apply', '--yes', after);
    // Every third goes on, the others go back: that is where the next kill starts from.
    if (index % 3 === 0) mustArrive(world, after, `after a change killed at ${k}`);
    mustApply(world, before, `back after a change killed at ${k}`);
    mustRun(world, processes, `back after a change killed at ${k}`);
  }
  mustLeave(world, before, baseline, 'in the end');
}, 900_000);
