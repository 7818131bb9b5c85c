/**
 * Golden files: each folder of golden/plan is a plan.json and the texts that it gives, in the variants whose files are
 * there. UPDATE_GOLDEN=1 writes the texts anew; a new case is a folder with a plan.json and empty files for the texts.
 */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../src/model/plan.js';
import { planText, type PlanTextOptions } from '../../src/report/plan-text.js';
import { command, words } from './words.js';

const GOLDEN = join(import.meta.dirname, 'golden/plan');

const VARIANTS: { readonly [file: string]: PlanTextOptions } = {
  'plan.txt': { color: false, verbose: false },
  'verbose.txt': { color: false, verbose: true, command },
  'color.txt': { color: true, verbose: false },
  'narrow.txt': { color: false, verbose: false, width: 60 },
};

const cases = readdirSync(GOLDEN).flatMap((name) =>
  readdirSync(join(GOLDEN, name))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => [name, file] as const),
);

const planOf = (name: string): Plan => JSON.parse(readFileSync(join(GOLDEN, name, 'plan.json'), 'utf8')) as Plan;

describe('the text of a plan', () => {
  it.each(cases)('%s: %s', async (name, file) => {
    const path = join(GOLDEN, name, file);
    const text = await planText(planOf(name), words, VARIANTS[file]!);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  it('is the same each time', async () => {
    const texts = await Promise.all([1, 2].map(() => planText(planOf('replace'), words, VARIANTS['plan.txt']!)));
    expect(texts[0]).toBe(texts[1]);
  });

  it('without colours is the text with colours, less the escapes', async () => {
    for (const name of readdirSync(GOLDEN)) {
      const [plain, colored] = await Promise.all([false, true].map((color) => planText(planOf(name), words, { color, verbose: true })));
      expect(colored!.replace(/\u001b\[\d+m/g, '')).toBe(plain);
    }
  });

  it('names every object, and all of them fit the summary', async () => {
    const plan = planOf('long-list');
    const text = await planText(plan, words, VARIANTS['plan.txt']!);
    for (const { change } of plan.actions) {
      expect(text).toContain(words.title(change.action === 'delete' ? change.before : change.after));
    }
  });
});
