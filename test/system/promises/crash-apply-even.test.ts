/** Killed after any operation of an apply from nothing, the next apply arrives, and destroy leaves nothing (GUARANTEES.md, G4). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { World } from '../world.js';
import { killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, usedMachine } from './crash.js';
import { EVERY_KIND } from './every-kind.js';
import { planOf } from './program.js';

let world: World;
let file: string;
let baseline: string;

beforeAll(async () => {
  world = await usedMachine();
  file = world.file('topo.yaml', EVERY_KIND);
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

// The other half: crash-apply-odd.test.ts, so that both run side by side.
test('an apply from nothing, killed after every even operation: the next one arrives, destroy leaves the machine as it was', () => {
  const points = killPoints(planOf(world, file), 'even');
  expect(points.length).toBeGreaterThan(30);
  for (const k of points) {
    mustBeKilled(world, k, 'apply', '--yes', file);
    if (k % 8 < 2) mustArrive(world, file, `after a kill at ${k}`);
    else mustApply(world, file, `after a kill at ${k}`);
    mustLeave(world, file, baseline, `of an apply killed at ${k}`);
  }
}, 400_000);
