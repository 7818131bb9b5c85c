/** The order of keys in the file, where it means nothing, changes nothing (GUARANTEES.md, G7). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { kindOf } from '../../src/kinds/index.js';
import type { Plan } from '../../src/model/plan.js';
import { expand } from '../../src/networks/expand.js';
import { plan } from '../../src/plan/plan.js';
import { loadTopology } from '../../src/topology/load.js';
import { tried } from '../conformance/tried.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from '../system/promises/every-kind.js';
import { ROOT, TESTED_ELSEWHERE } from '../system/world.js';
import { DRAWN, LONG, SEED } from '../thoroughness.js';

const RUNS = LONG ? 100 : 4;

type Value = unknown;

/** Objects whose keys are names; what stands first in them is made first. */
const NAMES = /^\/(networks|nodes|hosts)$|\/(networks|interfaces|sysctls|env|labels|host_subnets|variables)$/;
/** Interfaces are numbered in the order of these. */
const NUMBERED = /^\/(nodes|hosts)\/[^/]+\/networks$/;

/** The same value with the keys of its objects in another order, but for those that the pattern names. */
function shuffled(value: Value, seed: number, kept: RegExp, path = ''): Value {
  if (Array.isArray(value)) return value.map((one, i) => shuffled(one, seed, kept, `${path}/${i}`));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const order = kept.test(path)
    ? entries
    : fc.sample(fc.shuffledSubarray(entries, { minLength: entries.length }), { seed, numRuns: 1 })[0]!;
  return Object.fromEntries(order.map(([key, one]) => [key, shuffled(one, seed, kept, `${path}/${key}`)]));
}

function planOf(lab: Value): Plan {
  const bytes = new TextEncoder().encode(stringify(lab, { aliasDuplicateObjects: false }));
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes }, {});
  if (topology === null) throw new Error(JSON.stringify(diagnostics));
  const { state } = expand(topology);
  return plan(state, { lab: state.lab, resources: new Map() }, kindOf);
}

/** Each action as text, without places in the file; what several lines ask for is said to come from the first of them. */
const linesOf = ({ actions }: Plan): readonly string[] =>
  actions.map((action) => JSON.stringify(action, (key, value: unknown) => (PLACES.has(key) ? undefined : value)));

const PLACES: ReadonlySet<string> = new Set(['at', 'parentAt', 'path']);

/** The first line that is not the same: all of them would be a long list. */
const firstDifference = (left: readonly string[], right: readonly string[]): readonly (string | undefined)[] | null => {
  const at = left.findIndex((line, i) => line !== right[i]);
  return at < 0 && left.length === right.length ? null : [left[at], right[at]];
};

const LABS: readonly (readonly [name: string, text: string])[] = [
  ['every kind', EVERY_KIND],
  ['every kind, changed', EVERY_KIND_CHANGED],
  ...readdirSync(join(ROOT, 'examples'))
    .filter((name) => !TESTED_ELSEWHERE.includes(name))
    .map((name) => [name, readFileSync(join(ROOT, 'examples', name, 'topo.yaml'), 'utf8')] as const),
];

describe.each(LABS)('the plan of %s', (_name, text) => {
  const lab: Value = parse(text, { merge: true });
  const expected = linesOf(planOf(lab));
  const seeds = fc.sample(fc.integer(), { seed: SEED, numRuns: RUNS });

  it(`is the same byte by byte with settings in another order (${DRAWN})`, () => {
    tried(seeds.length);
    for (const seed of seeds)
      expect({ seed, differs: firstDifference(expected, linesOf(planOf(shuffled(lab, seed, NAMES)))) }).toEqual({ seed, differs: null });
  });

  it(`has the same actions with nodes and networks in another order too (${DRAWN})`, () => {
    tried(seeds.length);
    const sorted = [...expected].sort();
    for (const seed of seeds) {
      const lines = [...linesOf(planOf(shuffled(lab, seed, NUMBERED)))].sort();
      expect({ seed, differs: firstDifference(sorted, lines) }).toEqual({ seed, differs: null });
    }
  });
});
