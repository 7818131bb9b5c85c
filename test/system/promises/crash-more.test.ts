/** As crash-*.test.ts have it for the lab of every kind, for the kinds that stand in more-kinds.ts (GUARANTEES.md, G4). */
import { expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { destroyPlan, killing, killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, mustRun, processesOf } from './crash.js';
import { MORE_KINDS, MORE_KINDS_CHANGED } from './more-kinds.js';
import { planOf } from './program.js';

/** Of each of the three: what there is to kill is of a few kinds only, and one of each is among them. */
const POINTS = 14;

const machine = killing({ before: MORE_KINDS, after: MORE_KINDS_CHANGED });

test(`an apply from nothing, killed after an operation (${DRAWN})`, () => {
  const { world, before, baseline } = machine();
  const points = killPoints(planOf(world, before), POINTS);
  tried(points.length);
  expect(points.length).toBeGreaterThan(8);
  for (const k of points) {
    mustBeKilled(world, k, 'apply', '--yes', before);
    mustApply(world, before, `after a kill at ${k}`);
    mustLeave(world, before, baseline, `of an apply killed at ${k}`);
  }
}, 600_000);

test(`a change killed after an operation (${DRAWN})`, () => {
  const { world, before, after } = machine();
  mustArrive(world, before, 'from nothing');
  const processes = processesOf(world);
  const points = killPoints(planOf(world, after), POINTS);
  tried(points.length);
  expect(points.length).toBeGreaterThan(8);
  for (const [index, k] of points.entries()) {
    mustBeKilled(world, k, 'apply', '--yes', after);
    if (index % 3 === 0) mustArrive(world, after, `after a change killed at ${k}`);
    mustApply(world, before, `back after a change killed at ${k}`);
    mustRun(world, processes, `back after a change killed at ${k}`);
  }
}, 600_000);

test(`a destroy killed after an operation (${DRAWN})`, () => {
  const { world, before, baseline } = machine();
  mustArrive(world, before, 'from nothing');
  const points = killPoints(destroyPlan(world, before), POINTS);
  tried(points.length);
  for (const k of points) {
    mustApply(world, before, 'from nothing');
    mustBeKilled(world, k, 'destroy', '--yes', before);
    mustLeave(world, before, baseline, `killed at ${k}`);
  }
}, 600_000);
