/** Killed after any operation of a change, the next apply arrives at the new file, or back at the old one (GUARANTEES.md, G4). */
import { expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { killing, killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, mustRun, processesOf } from './crash.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { planOf } from './program.js';

const machine = killing({ before: EVERY_KIND, after: EVERY_KIND_CHANGED });

test(`a change killed after an operation: the next apply arrives, back and forth (${DRAWN})`, () => {
  const { world, before, after, baseline } = machine();
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
