/** A saved plan with anything in it changed, added or taken out is refused: only what this program wrote is done. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { kindOf } from '../../src/kinds/index.js';
import { expand } from '../../src/networks/expand.js';
import { plan } from '../../src/plan/plan.js';
import { hideProps } from '../../src/plan/hide.js';
import { parseSavedPlan, savedPlan, savedPlanJson, type Basis } from '../../src/report/saved-plan.js';
import { stalenessOf } from '../../src/report/saved-plan-stale.js';
import { loadTopology } from '../../src/topology/load.js';
import { ROOT } from '../system/world.js';
import { sampleOf } from '../thoroughness.js';
import { Random } from './fuzz/random.js';
import { NAMES } from './fuzz/scalars.js';

const bytes = readFileSync(`${ROOT}/examples/docker-bridge/topo.yaml`);
const { state } = expand(loadTopology({ file: 'topo.yaml', bytes }, {}).topology!);
const observed = { lab: state.lab, resources: new Map([...state.resources].slice(0, 3)) };
const basis: Basis = { plan: plan(state, observed, kindOf), desired: state, observed, shown: (one) => hideProps(one, kindOf) };
const about = { id: '0'.repeat(32), program: '1', created: new Date(0).toISOString(), boot: 'b', file: '/srv/topo.yaml' };
const TEXT = JSON.stringify(savedPlan(basis, about));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Parents with their keys, of all values; but places and warnings, which mean nothing, and who wrote which one when. */
function placesIn(
  value: Json,
  path: readonly string[] = [],
): readonly { readonly parent: Json[] | { [key: string]: Json }; readonly key: string }[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key];
    if (
      (path.length === 0 && ['id', 'program', 'created', 'boot', 'file'].includes(key)) ||
      (path[1] === 'actions' && path.length === 3 && key === 'at')
    )
      return [];
    return [{ parent: value, key }, ...placesIn(child, here)];
  });
}

const isTaken = (text: string): boolean => {
  const saved = parseSavedPlan(Buffer.from(text));
  return saved !== null && stalenessOf(saved, basis) === null;
};

describe('a saved plan', () => {
  it('is taken as it was written', () => {
    expect(isTaken(TEXT)).toBe(true);
    expect(isTaken(savedPlanJson(savedPlan(basis, about)))).toBe(true);
    expect(isTaken(JSON.stringify(JSON.parse(TEXT), null, 7))).toBe(true);
  });

  it('is refused with any value changed, any key missing, any key more', () => {
    const count = placesIn(JSON.parse(TEXT) as Json).length;
    const taken: string[] = [];
    const random = new Random(5);
    for (const i of sampleOf([...Array(count).keys()], 60)) {
      for (const change of ['replace', 'remove', 'add', 'rename'] as const) {
        const document = JSON.parse(TEXT) as Json;
        const { parent, key } = placesIn(document)[i]!;
        const target = parent as { [key: string]: Json };
        const name = random.pick(NAMES.filter((one) => one.length < 100 && !(one in target)));
        const was = target[key]!;
        if (change === 'replace') target[key] = random.pick([null, -1, 1e400, 'x', [], {}, { [name]: was }, [was], `${String(was)} `]);
        else if (Array.isArray(parent)) parent.push(was);
        else {
          if (change !== 'add') Reflect.deleteProperty(target, key);
          if (change !== 'remove') Object.defineProperty(target, name, { value: was, enumerable: true });
        }
        const text = JSON.stringify(document);
        if (text !== TEXT && isTaken(text)) taken.push(`${change} ${key}`);
      }
    }
    expect(count).toBeGreaterThan(300);
    expect(taken).toEqual([]);
  }, 60_000);

  it.each([
    ['half of it', TEXT.slice(0, TEXT.length / 2)],
    ['nested without end', `${TEXT.slice(0, -1)},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['nested within', TEXT.replace('"actions":[', `"actions":[${'['.repeat(50_000)}${']'.repeat(50_000)},`)],
    ['another prototype', TEXT.replace('{', '{"__proto__":{"format":"topo-saved-plan/1"},')],
    ['another id', TEXT.replace('0'.repeat(32), '../'.repeat(11))],
    ['no date', TEXT.replace('1970-01-01T00:00:00.000Z', 'yesterday')],
    ['a file that is not absolute', TEXT.replace('/srv/topo.yaml', '../topo.yaml')],
    ['not JSON', `${TEXT}x`],
    ['a list', `[${TEXT}]`],
    ['nothing', 'null'],
  ])('is refused: %s', (_what, text) => {
    expect(isTaken(text)).toBe(false);
  });
});
