/** The README of each example, in a sandbox: the machine does not change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../system/world.js';
import { complaint, EXAMPLES } from './readme.js';

describe('the commands of the README, with --sandbox,', () => {
  let world: World;
  let before: string;

  beforeAll(async () => {
    world = await World.create();
    before = world.snapshot();
  });
  afterAll(() => world.dispose());

  it.each(EXAMPLES)('work for examples/%s', (example) => {
    const text = complaint(world, example, '--sandbox readme');
    world.mustTopo('sandbox', 'rm', 'readme');
    expect(text).toBe('');
    expect(world.snapshot()).toBe(before);
  });
});
