/** The labs that lead to each other have all of the language, or it is said here why not. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../world.js';
import { keysOf, keysUsed } from './keys.js';
import { anyLabInFiles } from './files.js';

/** Keys that need a daemon of Docker or Podman, which a test's machine has not: test/docker. */
const OF_CONTAINERS = /^node\.(image|command|environment|volumes|cap_add|privileged|container)$/;

const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/topology.schema.json'), 'utf8')) as object;

test('every key of the schema, and every word that a key can have, is in one of five hundred labs', () => {
  const texts = fc.sample(anyLabInFiles, { numRuns: 500, seed: 1 }).flatMap(({ files }) => Object.values(files));
  const used = new Set(texts.flatMap((text) => [...keysUsed(schema, JSON.parse(text))]));
  const all = [...keysOf(schema)];
  expect(all.length).toBeGreaterThan(150);
  expect(all.filter((key) => !used.has(key) && !OF_CONTAINERS.test(key))).toEqual([]);
  expect(all.filter((key) => OF_CONTAINERS.test(key) && used.has(key))).toEqual([]);
});
