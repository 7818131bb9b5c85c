/** Killed after any operation of an apply from nothing, the next apply arrives, and destroy leaves nothing (GUARANTEES.md, G4). */
import { expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { killing, killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, mustRun, processesOf } from './crash.js';
import { EVERY_KIND } from './every-kind.js';
import { killAfter, operationsOf, planOf } from './program.js';

const machine = killing({ file: EVERY_KIND });

test('the kill comes after exactly so many operations', () => {
  const { world, file, baseline } = machine();
  const plan = planOf(world, file);
  const total = operationsOf(plan);
  const count = (kind: string): number => plan.actions.filter(({ id }) => id.startsWith(`${kind}:`)).length;
  // What the names of nodes are in comes before the nodes.
  const [sets, namespaces] = [count('names'), count('netns')];
  for (let k = 1; k <= namespaces; k++) {
    mustBeKilled(world, sets + k, 'apply', '--yes', file);
    expect(world.must('ls /run/netns | grep -c every')).toBe(`${k}\n`);
    mustLeave(world, file, baseline, `after ${k} namespaces`);
  }
  mustBeKilled(world, total, 'apply', '--yes', file);
  expect(planOf(world, file).actions).toEqual([]);
  mustLeave(world, file, baseline, 'after all');
  expect(killAfter(world, total + 1, 'apply', '--yes', file)).toBe(0);
  mustLeave(world, file, baseline, 'after more than all');
});

test(`an apply from nothing, killed after an operation: the next one arrives, destroy leaves the machine as it was (${DRAWN})`, () => {
  const { world, file, baseline } = machine();
  const points = killPoints(planOf(world, file), 22);
  tried(points.length);
  expect(points.length).toBeGreaterThan(15);
  mustArrive(world, file, 'from nothing');
  const processes = processesOf(world);
  mustLeave(world, file, baseline, 'before any kill');
  for (const [index, k] of points.entries()) {
    mustBeKilled(world, k, 'apply', '--yes', file);
    if (index % 4 === 0) mustArrive(world, file, `after a kill at ${k}`);
    else mustApply(world, file, `after a kill at ${k}`);
    mustRun(world, processes, `after a kill at ${k}`);
    mustLeave(world, file, baseline, `of an apply killed at ${k}`);
  }
}, 900_000);
