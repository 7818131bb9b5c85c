/** docs/checklist.md: each number of the checklist is there, and each test that the page names. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const NUMBERS = Array.from({ length: 63 }, (_, i) => i + 1);

interface Shown {
  readonly number: number;
  readonly file: string;
  /** Titles of tests; none where the file itself is what is tested. */
  readonly names: readonly string[];
}

const items = read('docs/checklist.md')
  .split(/^- \*\*/m)
  .slice(1)
  .map((text) => ({ number: Number(/^(\d+)\.\*\* /.exec(text)?.[1]), shown: shownIn(text) }));

function shownIn(text: string): readonly { readonly file: string; readonly names: readonly string[] }[] {
  const lines = text.split('\n').filter((line) => line.startsWith('  `'));
  return lines.map((line) => {
    const [file = '', ...names] = [...line.matchAll(/`(.+?)`/g)].map(([, word = '']) => word);
    return { file, names };
  });
}

const all: readonly Shown[] = items.flatMap(({ number, shown }) => shown.map((one) => ({ number, ...one })));

const ROW = /^(\S+) -> (.+?): (.+)$/;
const quoted = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A title as the source of the test has it: a text, or a row of a table of probes, for docs/networks.md has them too. */
function has(file: string, name: string): boolean {
  const source = read(file);
  // Behind a title there may be what is drawn anew in each run.
  if ([`'${name}'`, `"${name}"`, `\`${name}\``, `\`${name} (\${`].some((text) => source.includes(text))) return true;
  const [, from, to, result] = ROW.exec(name)?.map(quoted) ?? [];
  if (from === undefined || to === undefined || result === undefined) return false;
  if (file.endsWith('matrix.test.ts'))
    return new RegExp(`^\\| \`${from}\` +\\| \`${to}\` +\\| ${result} +\\|$`, 'm').test(read('docs/networks.md'));
  return new RegExp(`\\['${from}', '${to}', '${result}'\\]`).test(source);
}

describe('docs/checklist.md', () => {
  it('has every number once, in order, and something that shows it', () => {
    expect(items.map(({ number }) => number)).toEqual(NUMBERS);
    expect(items.filter(({ shown }) => shown.length === 0)).toEqual([]);
  });

  it.each(all)('$number: $file is there, with its tests', ({ file, names }) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    if (!file.includes('/fixtures/')) expect(names).not.toEqual([]);
    expect(names.filter((name) => !has(file, name))).toEqual([]);
  });

  it('would miss a test that is not there', () => {
    expect(has('test/system/traffic/matrix.test.ts', 'a1 -> ping nobody: answer')).toBe(false);
    expect(has('test/system/traffic/icc.test.ts', 'a2 -> ping 10.61.0.1: timeout')).toBe(false);
    expect(has('test/system/traffic/nodes.test.ts', 'has no such test')).toBe(false);
  });
});
