/**
 * Hostile saved plans, by the thousand: good ones with bytes or values changed, and others made of the published schema; a hundred thousand of
 * each with TOPO_LONG=1. Nothing is taken but what the program wrote, and what is refused is refused in words.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kindOf } from '../../../src/kinds/index.js';
import { expand } from '../../../src/networks/expand.js';
import { hideProps } from '../../../src/plan/hide.js';
import { plan } from '../../../src/plan/plan.js';
import { changeLines, stalenessOf } from '../../../src/report/saved-plan-stale.js';
import { parseSavedPlan, savedPlan, savedPlanJson, type Basis } from '../../../src/report/saved-plan.js';
import { loadTopology } from '../../../src/topology/load.js';
import { tried } from '../../conformance/tried.js';
import { words } from '../../report/words.js';
import { World } from '../../system/world.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import { planText } from './plan-grammar.js';
import { mutateBytes, mutateValues } from './plan-mutate.js';
import { LIMIT_MS, timed } from './quick.js';
import { Random } from './random.js';

const COUNT = LONG ? 100_000 : 1000;
const LIMIT_BYTES = 500 * 1024 * 1024;

const LAB = `name: lab
networks: { lan: { subnet: 10.1.0.0/24 } }
nodes:
  a: { networks: [lan], ports: ["8080:80"], run: [{ name: r, command: sleep 99, env: { TOKEN: secret-word } }] }
  b: { networks: [lan], routes: [{ to: 10.8.0.0/16, type: blackhole }] }
`;
const { state } = expand(loadTopology({ file: 'topo.yaml', bytes: Buffer.from(LAB) }, {}).topology!);
const observed = {
  lab: state.lab,
  resources: new Map([...state.resources].slice(0, 6).map(([id, one]) => [id, { ...one, props: { ...one.props, mtu: 1400 } }])),
};
const basis: Basis = {
  plan: plan(state, observed, kindOf),
  desired: state,
  observed,
  shown: (resource) => hideProps(resource, kindOf),
};
const about = { id: '0'.repeat(32), program: '1', created: new Date(0).toISOString(), boot: 'b', file: '/srv/topo.yaml' };
const TEXT = savedPlanJson(savedPlan(basis, about));
const TEXTS = [...new Set([...TEXT.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text!}"`) as string))];
const GOOD = meaningOf(TEXT);

/** All but who made it when, where it stands, and warnings. Undefined: it is no JSON. */
function meaningOf(text: string): unknown {
  try {
    const { id, program, created, boot, file, plan: made, ...rest } = JSON.parse(text) as { [key: string]: unknown };
    const given = [id, program, created, boot, file].every((one) => typeof one === 'string' && one !== '');
    const { actions, warnings, ...work } = made as { [key: string]: unknown };
    const unplaced = (actions as { at?: unknown }[]).map((action) => ({ ...action, at: null }));
    // What JSON cannot say (1e999, -0) is what it would be written as.
    return JSON.parse(JSON.stringify({ given, ...rest, plan: { ...work, actions: unplaced, warnings: Array.isArray(warnings) } }));
  } catch {
    return undefined;
  }
}

const usage = { slowest: 0, most: 0, example: '' };

/** Whether it is taken; all that would be said of it is said. */
async function judge(bytes: Buffer): Promise<boolean> {
  const saved = parseSavedPlan(bytes);
  const staleness = saved === null ? null : stalenessOf(saved, basis);
  if (staleness !== null && 'changes' in staleness) for (const change of staleness.changes) await changeLines(change, words);
  return saved !== null && staleness === null;
}

async function judged(bytes: Buffer, name: string): Promise<boolean> {
  const resident = process.memoryUsage.rss();
  const shown = `${name}: ${bytes.toString('latin1', 0, 2000)}`;
  try {
    const { value, ms } = await timed(() => judge(bytes));
    const grown = process.memoryUsage.rss() - resident;
    if (ms > usage.slowest) Object.assign(usage, { slowest: ms, example: shown });
    if (grown > usage.most) Object.assign(usage, { most: grown, example: shown });
    return value;
  } catch (error) {
    throw new Error(`${shown}\n${(error as Error).message}`, { cause: error });
  }
}

const MAKERS: readonly (readonly [what: string, make: (random: Random) => Buffer])[] = [
  ['bytes changed', (random) => mutateBytes(Buffer.from(TEXT), random)],
  ['values changed', (random) => Buffer.from(mutateValues(TEXT, random))],
  ['all of it made of the schema', (random) => Buffer.from(planText(random, TEXTS))],
];

describe(`a saved plan (${DRAWN})`, () => {
  it.each(MAKERS)(
    '%s: is taken only if it says the same',
    async (what, make) => {
      let [parsed, same] = [0, 0];
      tried(COUNT);
      for (let i = 0; i < COUNT; i++) {
        const bytes = make(new Random(SEED * 9_000_011 + i));
        const isTaken = await judged(bytes, `${what} ${i}`);
        if (parseSavedPlan(bytes) !== null) parsed += 1;
        if (!isTaken) continue;
        same += 1;
        if (!isDeepStrictEqual(meaningOf(bytes.toString()), GOOD)) throw new Error(`${what} ${i} is taken: ${bytes.toString()}`);
      }
      // Most are refused, and many get as far as being compared.
      expect(same).toBeLessThan(COUNT / 2);
      expect(parsed).toBeGreaterThan(COUNT / 50);
    },
    7_200_000,
  );

  it('none took longer than two seconds or more memory than it may', () => {
    expect({ ...usage, isSlow: usage.slowest > LIMIT_MS, isBig: usage.most > LIMIT_BYTES }).toMatchObject({ isSlow: false, isBig: false });
  });
});

describe(`a saved plan for the program (${DRAWN})`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
    world.file('memory.cjs', "process.on('exit', () => require('fs').writeFileSync('memory', String(process.resourceUsage().maxRSS)));\n");
    world.file('topo.yaml', LAB);
    world.mustTopo('plan', '--out', 'plan', 'topo.yaml');
  });
  afterAll(() => world.dispose());

  it('is refused in words, or is the one that was saved; nothing else is ever done', () => {
    const text = readFileSync(join(world.directory, 'plan'), 'utf8');
    const before = world.snapshot();
    let refused = 0;
    for (let i = 0; i < (LONG ? 1000 : 10); i++) {
      const random = new Random(SEED * 11_000_003 + i);
      const bytes = [mutateBytes(Buffer.from(text), random), Buffer.from(mutateValues(text, random)), Buffer.from(planText(random, TEXTS))][
        i % 3
      ]!;
      world.file('mutant', bytes.toString('latin1'));
      const { status, stdout, stderr } = world.topo(['apply', 'mutant'], { NODE_OPTIONS: '--require ./memory.cjs' });
      const context = `plan ${i}: ${bytes.toString('latin1', 0, 3000)}`;
      expect([context, stdout + stderr]).not.toEqual([context, expect.stringMatching(/should not have happened|^ +at .*\(/m)]);
      expect(existsSync(join(world.directory, 'memory')) && Number(readFileSync(join(world.directory, 'memory'), 'utf8'))).toBeLessThan(
        500 * 1024,
      );
      if (status === 0) world.mustTopo('destroy', '--yes', 'topo.yaml');
      else {
        expect([context, status, stderr]).toEqual([context, 1, expect.stringMatching(/(^|: )error: .*\[[a-z-]+\]/)]);
        refused += 1;
        expect([context, world.snapshot()]).toEqual([context, before]);
      }
      world.must('rm -rf /run/topo/used-plans');
    }
    expect(refused).toBeGreaterThan(0);
  }, 3_600_000);
});
