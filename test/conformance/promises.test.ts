/** Each promise names tests that exist, and docs/guarantees.md has each promise, with what came of a run. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE, rowsOf } from './page.js';
import { PROMISES } from './promises.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Files of tests that a path below test/ means. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(join(ROOT, 'test', path))) return [];
  if (path.endsWith('.test.ts')) return [path];
  return readdirSync(join(ROOT, 'test', path)).filter((name) => name.endsWith('.test.ts'));
}

describe('the promises', () => {
  it('are numbered from G1 to G16', () => {
    expect(PROMISES.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, i) => `G${i + 1}`));
  });

  it.each(PROMISES.flatMap(({ id, tests }) => tests.map((path) => [id, path] as const)))('%s: %s is there', (_id, path) => {
    expect(filesOf(path)).not.toEqual([]);
  });

  it('have every test of test/system/promises/ that says whose it is', () => {
    const folder = 'system/promises';
    for (const name of readdirSync(join(ROOT, 'test', folder)).filter((one) => one.endsWith('.test.ts'))) {
      const [first = ''] = read(`test/${folder}/${name}`).split('\n');
      for (const [id] of first.matchAll(/\bG\d+\b/g))
        expect({ name, id, tests: PROMISES.find((one) => one.id === id)?.tests }).toMatchObject({
          tests: expect.arrayContaining([`${folder}/${name}`]),
        });
    }
  });
});

describe('docs/guarantees.md', () => {
  const rows = rowsOf(read(PAGE));

  it('has each promise in its words', () => {
    expect(rows.map(([id, promise]) => [id, promise])).toEqual(PROMISES.map(({ id, promise }) => [id, promise]));
  });

  it('has numbers of a run in which nothing failed', () => {
    for (const [id, , cases, failures] of rows)
      expect({ id, cases, failures }).toEqual({ id, cases: expect.stringMatching(/^[1-9]\d*$|^no (run|test) yet$/), failures: '0' });
  });
});
