/** The README of each example: its commands are run as they stand. */
import { describe, expect, it } from '@jest/globals';
import { World } from '../system/world.js';
import { textOf } from './example.js';
import { commandsOf, complaint, EXAMPLES, pageOf } from './readme.js';

describe.each(EXAMPLES)('examples/%s', (example) => {
  it('names the schema for editors', () => {
    expect(textOf(example)).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/topology\.schema\.json\n/);
  });

  it('has a README with no block but those of commands', () => {
    expect(commandsOf(example).length).toBeGreaterThan(0);
    expect(pageOf(example).match(/^```/gm)).toHaveLength(2 * commandsOf(example).length);
  });

  it('has a README whose commands work, and leave nothing', async () => {
    const world = await World.create();
    try {
      const before = world.snapshot();
      expect(complaint(world, example, '')).toBe('');
      expect(world.snapshot()).toBe(before);
    } finally {
      world.dispose();
    }
  });
});
