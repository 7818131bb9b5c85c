/** The README of each example, in a sandbox: the machine does not change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../system/world.js';
import { DRAWN, sampleOf } from '../thoroughness.js';
import { complaint, EXAMPLES } from './readme.js';

// All of them are run on the machine itself (readme.test.ts).
const DRAWN_EXAMPLES = sampleOf(EXAMPLES, 6);

describe(`the commands of the README, with --sandbox, (${DRAWN})`, () => {
  let world: World;
  let before: string;

  beforeAll(async () => {
    world = await World.create();
    before = world.snapshot();
  });
  afterAll(() => world.dispose());

  it.each(DRAWN_EXAMPLES)('work for examples/%s', (example) => {
    const text = complaint(world, example, '--sandbox readme');
    world.mustTopo('sandbox', 'rm', 'readme');
    expect(text).toBe('');
    expect(world.snapshot()).toBe(before);
  });
});
