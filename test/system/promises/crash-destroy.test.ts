/** Killed after any operation of a destroy, the next destroy leaves nothing (GUARANTEES.md, G4). */
import { expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { destroyPlan, killing, killPoints, mustApply, mustArrive, mustBeKilled, mustLeave } from './crash.js';
import { EVERY_KIND } from './every-kind.js';
import { killAfter, operationsOf } from './program.js';

const machine = killing({ file: EVERY_KIND });

test(`a destroy killed after an operation: the next one leaves the machine as it was (${DRAWN})`, () => {
  const { world, file, baseline } = machine();
  mustArrive(world, file, 'from nothing');
  const plan = destroyPlan(world, file);
  const points = killPoints(plan, 12);
  tried(points.length);
  expect(points.length).toBeGreaterThan(8);
  for (const k of points) {
    mustApply(world, file, 'from nothing');
    mustBeKilled(world, k, 'destroy', '--yes', file);
    mustLeave(world, file, baseline, `killed at ${k}`);
  }
  mustArrive(world, file, 'from nothing');
  expect(killAfter(world, operationsOf(plan) + 1, 'destroy', '--yes', file)).toBe(0);
}, 600_000);

test(`a destroy killed after an operation: an apply arrives as well (${DRAWN})`, () => {
  const { world, file, baseline } = machine();
  mustArrive(world, file, 'from nothing');
  const points = killPoints(destroyPlan(world, file), 12);
  tried(points.length);
  for (const [index, k] of points.entries()) {
    mustArrive(world, file, index === 0 ? 'from nothing' : `after a destroy killed at ${points[index - 1]}`);
    mustBeKilled(world, k, 'destroy', '--yes', file);
  }
  mustArrive(world, file, 'after the last of them');
  mustLeave(world, file, baseline, 'in the end');
}, 600_000);

test('what a kill between the two halves of taking a name away leaves goes with the next destroy', () => {
  const { world, file, baseline } = machine();
  mustApply(world, file, 'from nothing');
  // What is below the mount is seen in another mount namespace, without the mount.
  const left = world.must('unshare -m --propagation private sh -c "umount /run/netns/every.web && cat /run/netns/every.web"');
  mustLeave(world, file, baseline, 'from nothing');
  world.must(`printf '${left}' >/run/netns/every.web`);
  mustLeave(world, file, baseline, 'of half a name');
});
