/** Texts that cost far more than their size: nested, repeated, multiplied. None takes two seconds of the processor's time. */
import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLAN_LIMITS } from '../../src/report/saved-plan.js';
import { TOPO } from '../system/world.js';
import { judge } from './fuzz/judge.js';
import { LIMIT_MS, timed } from './fuzz/quick.js';

const many = (count: number, text: (i: number) => string): string => Array.from({ length: count }, (_, i) => text(i)).join('');
const nodes = (count: number, keys: string): string => `nodes:\n${many(count, (i) => `  n${i}: { ${keys} }\n`)}`;

const REFUSED: readonly (readonly [what: string, text: string, code: string, line: number])[] = [
  ['lists in lists', `x-a:\n  - ${'['.repeat(200_000)}`, 'yaml-too-deep', 3],
  ['mappings in mappings', `x-a: 1\nx-b: ${'{a: '.repeat(100_000)}`, 'yaml-too-deep', 3],
  ['mappings on one line', `x-a: ${'a: '.repeat(100_000)}`, 'yaml-too-deep', 2],
  ['a hundred thousand errors', `x-a:\n${many(200_000, () => '  ]\n')}`, 'yaml-syntax', 3],
  ['as many tags', `x-a:\n${many(80_000, () => '  - !a b\n')}`, 'yaml-tag', 3],
  ['aliases that nobody made', `x-a: ${many(90_000, (i) => `*x${i} `)}`, 'yaml-syntax', 2],
  ['variables in variables', `x-a: "${'${A:-'.repeat(150_000)}"`, 'variable-syntax', 2],
  ['a merge key again and again', `x-a: &a { a: 1 }\nx-b: { ${'<<: *a, '.repeat(110_000)} }`, 'alias-bomb', 3],
  ['commands for each node by an alias', `x-a: &a [${many(900, (i) => `c${i}, `)}]\n${nodes(1000, 'run: *a')}`, 'alias-bomb', 4],
  ['commands for each node by the defaults', `defaults: { run: [${many(900, (i) => `c${i}, `)}] }\n${nodes(1000, '')}`, 'alias-bomb', 2],
  [
    'commands for each node by a group',
    `groups: { a: {}, g: { run: [${many(900, (i) => `c${i}, `)}] } }\n${nodes(1000, 'group: g')}`,
    'alias-bomb',
    2,
  ],
  ['a file of two megabytes', `x-a: "${'x'.repeat(2_000_000)}"`, 'file-too-large', 1],
];

it.each(REFUSED)('%s: refused, at once, with its place', async (_what, text, code, line) => {
  const { value: verdict, ms } = await timed(() => judge(`name: bomb\n${text}\n`));
  expect(verdict.diagnostics.map((one) => [one.code, one.at?.line])).toContainEqual([code, line]);
  expect(ms).toBeLessThan(LIMIT_MS);
});

const TAKEN: readonly (readonly [what: string, text: string])[] = [
  [
    'all ports, of both protocols',
    'networks: { a: {} }\nnodes: { n: { networks: [a], ports: ["1-65535:1-65535", "1-65535:1-65535/udp"] } }',
  ],
  ['a long list of labels', `x-a: &a { ${many(900, (i) => `k${i}: v, `)} }\n${nodes(90, 'labels: *a')}`],
  ['a text of a megabyte', `x-a: "${'x'.repeat(1_000_000)}"`],
];

it.each(TAKEN)('%s: taken', async (_what, text) => {
  const { value: verdict, ms } = await timed(() => judge(`name: bomb\n${text}\n`));
  expect(verdict.diagnostics).toEqual([]);
  expect(ms).toBeLessThan(LIMIT_MS);
});

it('what the program prints of twenty errors takes no longer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'topo-bomb-'));
  try {
    const [, text] = REFUSED.find(([what]) => what === 'as many tags')!;
    writeFileSync(join(folder, 'topo.yaml'), `name: bomb\n${text}`);
    const seconds = Array.from({ length: 2 }, () => {
      const script = 'TIMEFORMAT="%U %S"; time "$0" "$1" validate topo.yaml 2>&1';
      const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, TOPO], { cwd: folder, encoding: 'utf8' });
      expect(stdout.match(/yaml-tag/g)?.length).toBe(20);
      return stderr
        .trim()
        .split(' ')
        .map(Number)
        .reduce((sum, one) => sum + one, 0);
    });
    expect(Math.min(...seconds) * 1000).toBeLessThan(LIMIT_MS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const PLAN = '{"format":"topo-saved-plan/1","x":';
const listOf = (count: number, item: (i: number) => string): string => `[${many(count, (i) => `${item(i)},`)}1]`;

const PLANS: readonly (readonly [what: string, text: string])[] = [
  ['of 200 megabytes', `${PLAN}"${' '.repeat(200_000_000)}`],
  ['of millions of lists', `${PLAN}${listOf(PLAN_LIMITS.values, () => '[]')}}`],
  ['of as many lists as it may have', `${PLAN}${listOf(PLAN_LIMITS.values / 2 - 9, () => '[]')}}`],
  ['of as many texts as it may have', `${PLAN}${listOf(PLAN_LIMITS.values - 9, () => '"xxxxxxxxxxxxxxxx"')}}`],
  ['of half a million names', `${PLAN}{${many(500_000, (i) => `"k${i}":1,`)}"x":1}}`],
  ['of lists in lists', `${PLAN}${'['.repeat(1_000_000)}`],
  ['of objects in objects', `${PLAN}${'{"a":'.repeat(1_000_000)}`],
];

it.each(PLANS)('a plan %s: refused, in one sentence, with little memory', (_what, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'topo-bomb-'));
  try {
    writeFileSync(join(folder, 'plan'), text);
    const usage = "process.on('exit', () => require('fs').writeFileSync('usage', JSON.stringify(process.resourceUsage())))";
    writeFileSync(join(folder, 'usage.cjs'), usage);
    const { status, stderr } = spawnSync(process.execPath, ['--require', './usage.cjs', TOPO, 'apply', 'plan'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: plan is no (saved )?plan that .* \[bad-plan\]\n.*hint: .*\n$/)]);
    const { maxRSS, userCPUTime } = JSON.parse(readFileSync(join(folder, 'usage'), 'utf8')) as NodeJS.ResourceUsage;
    expect({ mebibytes: maxRSS / 1024, isBig: maxRSS / 1024 > 500 }).toMatchObject({ isBig: false });
    expect(userCPUTime / 1000).toBeLessThan(LIMIT_MS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('work that grows with the square of the text is seen', async () => {
  const items = Array.from({ length: 100_000 }, (_, i) => `${i}`);
  const { ms } = await timed(() => Promise.resolve(items.filter((item, i) => items.indexOf(item) !== i)), 2);
  expect(ms).toBeGreaterThan(LIMIT_MS);
});
