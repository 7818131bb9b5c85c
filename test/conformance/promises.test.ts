/** Each promise names tests that exist, and docs/guarantees.md has each promise, with what came of a run. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isKept, PAGE, rowsOf, tableOf, withRows } from './page.js';
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
  it('are numbered from G1 to G16, and others have names', () => {
    const numbered = PROMISES.map(({ id }) => id).filter((id) => id.startsWith('G'));
    expect(numbered).toEqual(Array.from({ length: 16 }, (_, i) => `G${i + 1}`));
    expect(new Set(PROMISES.map(({ id }) => id)).size).toBe(PROMISES.length);
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

  it('has numbers of runs in which nothing failed', () => {
    const run = String.raw`[0-9a-f]{7,}, \d{4}-\d\d-\d\d, Linux \S+`;
    for (const [id, , cases, failures, of, long] of rows)
      expect({ id, cases, failures, of, long }).toEqual({
        ...{ id, failures: '0' },
        cases: expect.stringMatching(/^[1-9]\d*$|^no run yet$/),
        of: expect.stringMatching(cases === 'no run yet' ? /^$/ : new RegExp(`^${run}$`)),
        long: expect.stringMatching(new RegExp(`^$|^[1-9]\\d* cases, 0 failures: ${run}$`)),
      });
  });
});

describe('the table', () => {
  const promises = [
    { id: 'G1', promise: 'one' },
    { id: 'G2', promise: 'two' },
  ];
  const run = { commit: 'abcdef1', kernel: '6.18.1', date: '2026-01-31', long: false };
  const page = (table: string): string => `# Page\n\n<!-- table -->\n\n${table}\n\n<!-- end of the table -->\n\nEnd.\n`;
  const first = withRows(page(''), promises, [{ id: 'G1', promise: 'one', cases: 7, failures: 0 }], run);

  it('has the rows that were run, with which run it was, and keeps the others', () => {
    expect(rowsOf(first)).toEqual([
      ['G1', 'one', '7', '0', 'abcdef1, 2026-01-31, Linux 6.18.1', ''],
      ['G2', 'two', 'no run yet', '0', '', ''],
    ]);
    const second = withRows(first, promises, [{ id: 'G2', promise: 'two', cases: 3, failures: 0 }], { ...run, commit: '1234567' });
    expect(rowsOf(second)[0]).toEqual(rowsOf(first)[0]);
    expect(rowsOf(second)[1]).toEqual(['G2', 'two', '3', '0', '1234567, 2026-01-31, Linux 6.18.1', '']);
  });

  it('has long runs in a column of their own', () => {
    const long = withRows(first, promises, [{ id: 'G1', promise: 'one', cases: 900, failures: 0 }], { ...run, long: true });
    expect(rowsOf(long)[0]).toEqual([
      ...['G1', 'one', '7', '0', 'abcdef1, 2026-01-31, Linux 6.18.1'],
      '900 cases, 0 failures: abcdef1, 2026-01-31, Linux 6.18.1',
    ]);
  });

  it('says where nothing was tried, which is no promise kept', () => {
    const rows = [{ id: 'G1', promise: 'one', cases: 0, failures: 0 }];
    expect(tableOf(rows, run)).toContain('| G1 | one | 0 | nothing was tried |');
    expect(rows.every(isKept)).toBe(false);
  });
});
