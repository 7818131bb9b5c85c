/** Refused at any operation, an apply or a destroy leaves the machine as it was before (GUARANTEES.md, G9). */
import { afterAll, beforeAll, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG } from '../../thoroughness.js';
import type { World } from '../world.js';
import { destroyPlan, mustApply, usedMachine } from './crash.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import type { Picture } from './machine.js';
import { operationsOf, planOf } from './program.js';
import { comparable, expectSame, mustRollBack, refusalPoints } from './rollback.js';

/** Of each plan: a picture of the machine takes seconds. */
const POINTS = 3;

let world: World;
let file: string;
let changed: string;
let nothing: Picture;
let built: Picture;

beforeAll(async () => {
  world = await usedMachine();
  file = world.file('before.yaml', EVERY_KIND);
  changed = world.file('after.yaml', EVERY_KIND_CHANGED);
  nothing = await comparable(world);
});
afterAll(() => world.dispose());

test(
  `a creation that is refused (${DRAWN})`,
  async () => {
    const points = refusalPoints(operationsOf(planOf(world, file)), POINTS);
    tried(points.length);
    for (const k of points) {
      mustRollBack(world, k, 'apply', '--yes', file);
      await expectSame(world, nothing, `operation ${k} of the creation was refused`);
    }
  },
  LONG ? 7_200_000 : 300_000,
);

test(
  `a change that is refused (${DRAWN})`,
  async () => {
    mustApply(world, file, 'from nothing');
    built = await comparable(world);
    const points = refusalPoints(operationsOf(planOf(world, changed)), POINTS);
    tried(points.length);
    for (const k of points) {
      mustRollBack(world, k, 'apply', '--yes', changed);
      await expectSame(world, built, `operation ${k} of the change was refused`);
    }
  },
  LONG ? 7_200_000 : 300_000,
);

test(
  `a destroy that is refused (${DRAWN})`,
  async () => {
    const points = refusalPoints(operationsOf(destroyPlan(world, file)), POINTS);
    tried(points.length);
    mustApply(world, file, 'from nothing');
    for (const k of points) {
      mustRollBack(world, k, 'destroy', '--yes', file);
      await expectSame(world, built, `operation ${k} of the destroy was refused`);
      mustApply(world, file, 'again, for what is run once');
    }
  },
  LONG ? 7_200_000 : 300_000,
);
