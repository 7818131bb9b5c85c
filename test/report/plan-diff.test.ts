/** Golden files `plan.diff`, `verbose.diff` and `color.diff` in the folders of golden/plan, and what is true of every diff. */
import { describe, expect, it } from '@jest/globals';
import { applyPatch, parsePatch } from 'diff';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kindOf } from '../../src/kinds/index.js';
import { SENSITIVE } from '../../src/model/sensitive.js';
import type { Plan } from '../../src/model/plan.js';
import { stateOf, type PropValue, type State } from '../../src/model/state.js';
import { hidePlan } from '../../src/plan/hide.js';
import { shownFields } from '../../src/report/block-text.js';
import { blocksOf, resourceOf } from '../../src/report/blocks.js';
import { diffFiles, planDiff, type DiffFile } from '../../src/report/plan-diff.js';
import { chainOf } from '../../src/report/rules-text.js';
import { anyLab } from '../system/promises/any-state/labs.js';
import { desired, nothing, observed, planned, SHOP } from './states.js';
import { LONG } from '../thoroughness.js';
import { words } from './words.js';

const GOLDEN = join(import.meta.dirname, 'golden/plan');
const SIDES = ['observed', 'desired'] as const;
const VARIANTS: Readonly<Record<string, Parameters<typeof planDiff>[2]>> = {
  'plan.diff': { color: false, verbose: false, sides: SIDES },
  'verbose.diff': { color: false, verbose: true, sides: SIDES },
  'color.diff': { color: true, verbose: false, sides: SIDES },
};

const cases = readdirSync(GOLDEN).flatMap((name) =>
  readdirSync(join(GOLDEN, name))
    .filter((file) => file.endsWith('.diff'))
    .map((file) => [name, file] as const),
);

const planOf = (name: string): Plan => JSON.parse(readFileSync(join(GOLDEN, name, 'plan.json'), 'utf8')) as Plan;
const diffOf = (plan: Plan): Promise<string> => planDiff(plan, words, VARIANTS['plan.diff']!);

/** One side as a file, and as what it means. */
function sideOf({ lines }: DiffFile, absent: '+' | '-'): { readonly text: string; readonly value: Readonly<Record<string, Side>> } {
  const text = lines.flatMap((line) => (line.sign === absent ? [] : `${line.text}\n`)).join('');
  return { text, value: (parse(text) ?? {}) as Record<string, Side> };
}
type Side = Readonly<Record<string, unknown>> | null;

describe('the diff of a plan', () => {
  it.each(cases)('%s: %s', async (name, file) => {
    const path = join(GOLDEN, name, file);
    const text = await planDiff(planOf(name), words, VARIANTS[file]!);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  it('is empty where nothing changes, and nowhere else', async () => {
    for (const name of readdirSync(GOLDEN)) {
      const plan = planOf(name);
      expect([name, await diffOf(plan)]).toEqual([name, plan.actions.length === 0 ? '' : expect.stringContaining('\n@@ -')]);
    }
  });

  it('without colours is the one with colours, less the escapes', async () => {
    for (const name of readdirSync(GOLDEN)) {
      const colored = await planDiff(planOf(name), words, VARIANTS['color.diff']!);
      expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(await diffOf(planOf(name)));
    }
  });

  it('has no secrets, and says that one is another', async () => {
    const withSecret = (secret: string): string =>
      SHOP.replace('    ports:', `    exec: [{ command: "true", env: { KEY: ${secret} } }]\n    ports:`);
    const change = planned(desired(withSecret('sesame')), observed(desired(withSecret('barley'))));
    expect(await diffOf(change)).toContain('sesame');
    const diff = await diffOf(hidePlan(change, kindOf));
    expect(diff).toContain(SENSITIVE);
    expect(diff).not.toMatch(/sesame|barley/);
  });

  it('tells apart two rules that read the same', async () => {
    const chain = (code: string): PropValue => ({
      hook: '',
      rules: [
        { text: 'accept', code: 'same' },
        { text: 'drop', code },
      ],
    });
    const state = desired(SHOP);
    const withRule = (code: string): State =>
      stateOf(
        state.lab,
        [...state.resources.values()].map((one) =>
          one.kind === 'nftables' ? { ...one, props: { ...one.props, 'chain x': chain(code) } } : one,
        ),
      );
    const [was, is] = [withRule('one'), withRule('two')];
    expect(await diffOf(planned(is, was))).toContain('       - rule: drop\n-        code: one\n+        code: two\n');
  });

  it('of any plan: each object and each attribute that the text names is in it, and it leads from the one side to the other', async () => {
    const property = fc.asyncProperty(anyLab, fc.option(anyLab), fc.boolean(), async (to, from, verbose) => {
      const plan = planned(desired(to), from === null ? nothing('any') : desired(from));
      const diff = await planDiff(plan, words, { color: false, verbose, sides: SIDES });
      expect(await planDiff(plan, words, { color: false, verbose, sides: SIDES })).toBe(diff);
      const files = await diffFiles(plan, words, verbose);
      const patches = diff === '' ? [] : parsePatch(diff);
      expect(patches).toHaveLength(files.length);
      for (const [i, file] of files.entries()) {
        const patched = applyPatch(sideOf(file, '+').text, patches[i]!, { fuzzFactor: 0 });
        expect(patched).toBe(sideOf(file, '-').text);
        expect(patches[i]!.hunks.length).toBeGreaterThan(0);
      }
      const [before, after] = (['+', '-'] as const).map(
        (absent) => Object.assign({}, ...files.map((file) => sideOf(file, absent).value)) as Record<string, Side>,
      );
      for (const block of blocksOf(plan)) {
        const title = words.title(resourceOf(block));
        if (block.after !== undefined) expect(after).toHaveProperty([title]);
        if (block.before !== undefined) expect(before).toHaveProperty([words.title(block.before)]);
        const named = verbose ? block.fields : shownFields(block, words.defaults(resourceOf(block)));
        for (const { field, from: was, to: is } of named) {
          expect(before![words.title(block.before!)]?.[field] ?? null).toEqual(plainly(was));
          expect(after![title]?.[field] ?? null).toEqual(plainly(is));
        }
      }
    });
    await fc.assert(property, { numRuns: LONG ? 2000 : 40 });
  }, 3_600_000);

  it('is a patch that git takes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'topo-diff-'));
    try {
      const [was, is] = [SHOP, SHOP.replace('8080', '8081').replace('/24 }', '/24, mtu: 1400 }').replace('  web:', '  db: {}\n  web:')];
      const files = await diffFiles(planned(desired(is), observed(desired(was))), words, true);
      for (const file of files) {
        const { text } = sideOf(file, '+');
        if (text !== '') writeFileSync(join(folder, `${file.name}.yaml`), text);
      }
      const diff = await planDiff(planned(desired(is), observed(desired(was))), words, VARIANTS['verbose.diff']!);
      execFileSync('git', ['apply', '-'], { cwd: folder, input: diff, env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() } });
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) expect(readFileSync(join(folder, `${file.name}.yaml`), 'utf8')).toBe(sideOf(file, '-').text);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** As it stands in the YAML. Rules are told apart by their texts here. */
function plainly(value: PropValue): unknown {
  const chain = chainOf(value);
  if (chain === null) return value;
  if (chain.noun === 'line') return chain.rules.map(({ text }) => `${text}\n`).join('');
  return { ...(chain.hook === '' ? {} : { hook: chain.hook }), rules: chain.rules.map(({ text }) => text) };
}
