/** As rollback-every-kind.test.ts has it, for the kinds of more-kinds.ts: macvlan, flannel, and calico with its daemons (GUARANTEES.md, G9). */
import { afterAll, beforeAll, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG } from '../../thoroughness.js';
import type { World } from '../world.js';
import { destroyPlan, mustApply, usedMachine } from './crash.js';
import type { Picture } from './machine.js';
import { MORE_KINDS, MORE_KINDS_CHANGED } from './more-kinds.js';
import { operationsOf, planOf } from './program.js';
import { comparable, expectSame, mustRollBack, refusalPoints } from './rollback.js';

/** Of each plan: the first and the last, which is of the daemons. */
const POINTS = 2;
const TIMEOUT_MS = LONG ? 7_200_000 : 300_000;

let world: World;
let before: string;
let after: string;
let nothing: Picture;

beforeAll(async () => {
  world = await usedMachine();
  before = world.file('before.yaml', MORE_KINDS);
  after = world.file('after.yaml', MORE_KINDS_CHANGED);
  nothing = await comparable(world);
});
afterAll(() => world.dispose());

test(
  `created, changed and destroyed, each refused at an operation (${DRAWN})`,
  async () => {
    const creations = refusalPoints(operationsOf(planOf(world, before)), POINTS);
    for (const k of creations) {
      mustRollBack(world, k, 'apply', '--yes', before);
      await expectSame(world, nothing, `operation ${k} of the creation was refused`);
    }
    mustApply(world, before, 'from nothing');
    const built = await comparable(world);
    const changes = refusalPoints(operationsOf(planOf(world, after)), POINTS);
    for (const k of changes) {
      mustRollBack(world, k, 'apply', '--yes', after);
      await expectSame(world, built, `operation ${k} of the change was refused`);
    }
    const ends = refusalPoints(operationsOf(destroyPlan(world, before)), POINTS);
    mustApply(world, before, 'again');
    for (const k of ends) {
      mustRollBack(world, k, 'destroy', '--yes', before);
      await expectSame(world, built, `operation ${k} of the destroy was refused`);
    }
    tried(creations.length + changes.length + ends.length);
  },
  TIMEOUT_MS,
);
