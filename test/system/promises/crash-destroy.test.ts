/** Killed after any operation of a destroy, the next destroy leaves nothing (GUARANTEES.md, G4). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { World } from '../world.js';
import { destroyPlan, killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, usedMachine } from './crash.js';
import { EVERY_KIND } from './every-kind.js';
import { killAfter, operationsOf } from './program.js';

let world: World;
let file: string;
let baseline: string;

beforeAll(async () => {
  world = await usedMachine();
  file = world.file('topo.yaml', EVERY_KIND);
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

test('a destroy killed after every operation: the next one leaves the machine as it was', () => {
  mustArrive(world, file, 'from nothing');
  const plan = destroyPlan(world, file);
  const points = killPoints(plan, 'all');
  expect(points.length).toBeGreaterThan(8);
  for (const k of points) {
    mustApply(world, file, 'from nothing');
    mustBeKilled(world, k, 'destroy', '--yes', file);
    mustLeave(world, file, baseline, `killed at ${k}`);
  }
  mustArrive(world, file, 'from nothing');
  expect(killAfter(world, operationsOf(plan) + 1, 'destroy', '--yes', file)).toBe(0);
}, 120_000);

test('a destroy killed after every operation: an apply arrives as well', () => {
  mustArrive(world, file, 'from nothing');
  const points = killPoints(destroyPlan(world, file), 'all');
  for (const k of points) {
    mustArrive(world, file, `after a destroy killed at ${k - 1}`);
    mustBeKilled(world, k, 'destroy', '--yes', file);
  }
  mustArrive(world, file, 'after the last of them');
  mustLeave(world, file, baseline, 'in the end');
}, 120_000);
