/** What `--json` prints, against the published schemas. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionReference, Event } from '../../src/model/event.js';
import type { Plan } from '../../src/model/plan.js';
import type { WatchEvent } from '../../src/model/watch-event.js';
import { errorsJson } from '../../src/report/errors-json.js';
import { eventJson } from '../../src/report/event-json.js';
import { dockerOf } from '../../src/report/docker.js';
import { listOf } from '../../src/report/list.js';
import { planJson } from '../../src/report/plan-json.js';
import { savedPlan, savedPlanJson } from '../../src/report/saved-plan.js';
import { sandboxesOf } from '../../src/report/sandboxes.js';
import { showOf } from '../../src/report/show.js';
import { statusOf } from '../../src/report/status.js';
import { validateOf } from '../../src/report/validate.js';
import { watchJson } from '../../src/report/watch-json.js';
import { BUILD, CHANGE, DESTROY, REMOVE } from '../kernel/iproute/operations.js';
import type { Props, Resource } from '../../src/model/state.js';
import { desired, nothing, observed, planned, SHOP } from './states.js';
import { words } from './words.js';

const SCHEMAS = join(import.meta.dirname, '../../schemas');
const GOLDEN = join(import.meta.dirname, 'golden/plan');
const NAMES = [
  'errors',
  'plan',
  'events',
  'status',
  'list',
  'show',
  'show-docker',
  'validate',
  'sandboxes',
  'saved-plan',
  'watch',
] as const;

let ajv: Ajv;
beforeAll(async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  for (const name of NAMES) ajv.addSchema(JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), 'utf8')) as object);
});

function errors(name: (typeof NAMES)[number], document: unknown): unknown {
  const validate = ajv.getSchema(`${name}.schema.json`)!;
  return validate(document) === true ? [] : validate.errors;
}

const shop = desired(SHOP);
const action: ActionReference = { index: 0, id: 'netns:shop.web', action: 'create', replacement: false, operations: 1 };
const operation = { op: 'netns-add', netns: 'shop.web', alias: '' } as const;
const at = { file: 'topo.yaml', line: 1, column: 1, length: 1 };

describe('plans', () => {
  it.each(readdirSync(GOLDEN))('the plan %s is valid', (name) => {
    const plan = JSON.parse(readFileSync(join(GOLDEN, name, 'plan.json'), 'utf8')) as Plan;
    expect(errors('plan', JSON.parse(planJson(plan)))).toEqual([]);
  });

  it('name every operation there is', () => {
    const operations = [...BUILD, ...CHANGE, ...REMOVE, ...DESTROY];
    const [first] = planned(shop, nothing('shop')).actions;
    const plan: Plan = { lab: 'shop', actions: [{ ...first!, operations }], summary: { add: 1, change: 0, destroy: 0 } };
    expect(errors('plan', JSON.parse(planJson(plan)))).toEqual([]);
  });

  it('say how many objects are replaced', () => {
    const plan = JSON.parse(readFileSync(join(GOLDEN, 'replace/plan.json'), 'utf8')) as Plan;
    expect(JSON.parse(planJson(plan))).toMatchObject({ format: 'topo-plan/1', summary: { add: 3, change: 0, destroy: 3, replace: 3 } });
  });

  it('that are saved are valid', () => {
    const shown = ({ props }: Resource): Props => props;
    const about = { id: '0'.repeat(32), program: '1.0.0', created: '2026-01-01T00:00:00.000Z', boot: 'b', file: '/labs/topo.yaml' };
    for (const there of [nothing('shop'), observed(shop)]) {
      const saved = savedPlan({ plan: planned(shop, there), desired: shop, observed: there, shown }, about);
      expect(errors('saved-plan', JSON.parse(savedPlanJson(saved)))).toEqual([]);
      expect(JSON.parse(savedPlanJson(saved))).toEqual(JSON.parse(JSON.stringify(saved)));
    }
    const saved = savedPlan({ plan: planned(shop, nothing('shop')), desired: shop, observed: observed(shop), shown }, about);
    expect(errors('saved-plan', { ...saved, plan: {} })).not.toEqual([]);
  });

  it('with a key too many or too few are refused', () => {
    const document = JSON.parse(planJson(planned(shop, nothing('shop')))) as { actions: object[] };
    expect(errors('plan', { ...document, more: 1 })).not.toEqual([]);
    expect(errors('plan', { ...document, actions: [{ ...document.actions[0], reason: undefined }] })).not.toEqual([]);
  });
});

const EVENTS: readonly Event[] = [
  { type: 'waiting', holder: 'topo apply' },
  { type: 'plan', phase: 'apply', plan: planned(shop, nothing('shop')) },
  { type: 'action-start', ...action },
  { type: 'action-done', ...action },
  { type: 'action-failed', ...action, errno: 'EEXIST', message: 'File exists', operation },
  { type: 'action-failed', ...action, errno: 'EEXIST', message: 'File exists', operation, at },
  { type: 'broken', diagnostics: [{ code: 'x', severity: 'error', message: 'no', hint: 'yes' }] },
  { type: 'action-skipped', ...action, because: 'bridge:host/br0' },
  { type: 'held', netns: 'shop.web', processes: [{ pid: 7, command: 'sleep' }] },
  { type: 'interrupted', signal: 'SIGINT', unfinished: [action] },
  { type: 'interrupted', signal: 'SIGINT', atOnce: true, unfinished: [action] },
  { type: 'unconfirmed', lab: 'shop', until: '2026-01-01T00:00:00.000Z' },
  { type: 'not-restored', losses: [{ id: 'process:web/idle', what: 'started again, with a new number' }] },
  { type: 'verify', ok: false, differences: planned(shop, nothing('shop')).actions.slice(0, 2) },
  {
    ...{ type: 'summary', command: 'destroy', outcome: 'rolled-back', added: 0, changed: 0, destroyed: 1, failed: 1 },
    ...{ unfinished: [action], milliseconds: 3 },
  },
];

describe('events', () => {
  it.each(EVENTS)('$type is a valid line', (event) => {
    const line = eventJson(event);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(errors('events', JSON.parse(line))).toEqual([]);
  });

  it('of a kind that nobody knows are refused', () => {
    expect(errors('events', { type: 'other' })).not.toEqual([]);
  });
});

const failure = { code: 'x', severity: 'error', message: 'no', at, hint: 'yes' } as const;
const differing = { id: 'netns:shop.web', kind: 'netns', netns: 'shop.web', title: 'netns', path: 'nodes.web', at } as const;
const counts = { added: 1, changed: 0, destroyed: 0, failed: 1, milliseconds: 3 };
const WATCH_EVENTS: readonly WatchEvent[] = [
  { type: 'watching', repair: true, prune: false, labs: [{ lab: 'shop', file: 'topo.yaml' }], metrics: 'http://127.0.0.1:1/metrics' },
  { type: 'lab', change: 'added', lab: 'shop', file: 'topo.yaml' },
  { type: 'file', file: 'topo.yaml', lab: null, state: 'invalid', diagnostics: [failure] },
  { type: 'revision', repository: '/labs', commit: null, branch: 'main' },
  {
    ...{ type: 'drift', lab: 'shop', cause: 'kernel', retryMilliseconds: 250 },
    objects: [{ ...differing, status: 'drifted', fields: [{ field: 'mark', from: null, to: ['a'] }] }],
  },
  { type: 'in-sync', lab: 'shop', cause: 'start' },
  { type: 'unconfirmed', lab: 'shop', until: '2026-01-01T00:00:00.000Z' },
  { type: 'reverted', lab: 'shop', at: '2026-01-01T00:00:00.000Z' },
  { type: 'blocked', lab: 'shop', diagnostics: [failure] },
  {
    type: 'repair',
    lab: 'shop',
    outcome: 'failed',
    ...counts,
    refusals: [{ id: 'x', errno: 'EEXIST', message: 'no', at }],
    retryMilliseconds: 3,
  },
  { type: 'lost' },
  { type: 'waiting', lab: 'shop', holder: 'topo apply' },
  { type: 'stopped', signal: 'SIGINT' },
];

describe('events of watch', () => {
  it.each(WATCH_EVENTS)('$type is a valid line', (event) => {
    const line = watchJson({ time: '2026-01-01T00:00:00.000Z', ...event });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(errors('watch', JSON.parse(line))).toEqual([]);
  });

  it('of a kind that nobody knows are refused', () => {
    expect(errors('watch', { time: '2026-01-01T00:00:00.000Z', type: 'other' })).not.toEqual([]);
    expect(errors('watch', { type: 'lost' })).not.toEqual([]);
  });
});

describe('the other documents', () => {
  it('status is valid', () => {
    const is = observed(shop, { 'netns:shop.web': { mark: 'topo:shop/other' }, 'address:shop.web/lo/10.0.0.1/32': null });
    expect(errors('status', statusOf({ plan: planned(shop, is), desired: shop, observed: is }, words))).toEqual([]);
  });

  it('show is valid', () => {
    expect(errors('show', showOf(observed(shop)))).toEqual([]);
    const served = showOf(
      observed(desired('name: l\nnetworks: { n: { subnet: 10.61.0.0/24, dns: server } }\nnodes: { a: { networks: [n] } }\n')),
    )!;
    expect(served.names!['n']!.servers).toHaveLength(1);
    // Of a process that runs more is known.
    expect(errors('show', { ...served, nodes: {} })).toEqual([]);
  });

  it('show in Docker’s words is valid', () => {
    const document = dockerOf(showOf(observed(shop))!, { node: undefined, keyOf: (netns) => `/run/netns/${netns}`, inodeOf: () => null });
    expect(errors('show-docker', document)).toEqual([]);
    expect(document.endpoints).toHaveLength(1);
    expect(errors('show-docker', { ...document, endpoints: [{ ...document.endpoints[0], peer: 'host' }] })).not.toEqual([]);
  });

  it('list is valid', () => {
    expect(errors('list', listOf([{ lab: 'shop', namespaces: ['shop.web'], hostLinks: ['vt1'] }]))).toEqual([]);
  });

  it('errors are valid, by themselves and among events', () => {
    const document = JSON.parse(
      errorsJson([
        { code: 'a', severity: 'error', message: 'm', at, hint: 'h' },
        { code: 'b', severity: 'error', message: 'n' },
      ]),
    ) as object;
    for (const schema of ['errors', 'events', 'watch'] as const) expect(errors(schema, document)).toEqual([]);
    expect(errors('errors', { ...document, diagnostics: [] })).not.toEqual([]);
  });

  it('validate is valid, with and without places, hints and related places', () => {
    const problem = {
      code: 'bad-name',
      severity: 'error',
      message: 'no',
      at,
      hint: 'yes',
      related: [{ message: 'here', at }, { message: 'x' }],
    } as const;
    const bare = { code: 'file-missing', severity: 'error', message: 'no' } as const;
    const document = validateOf([
      { file: 'a.yaml', lab: 'shop', diagnostics: [] },
      { file: 'b.yaml', lab: null, diagnostics: [problem, bare] },
    ]);
    expect(errors('validate', document)).toEqual([]);
    expect(document.files.map(({ valid }) => valid)).toEqual([true, false]);
    expect(errors('validate', { ...document, files: [{ ...document.files[0], diagnostics: [{ ...bare, file: 'b.yaml' }] }] })).not.toEqual(
      [],
    );
  });

  it('sandbox ls is valid', () => {
    const sandbox = { name: 'default', pid: 7, startTime: '12', boot: 'b0', userNamespace: true, started: '2026-01-01T00:00:00.000Z' };
    expect(errors('sandboxes', sandboxesOf([sandbox]))).toEqual([]);
    expect(errors('sandboxes', { sandboxes: [sandbox] })).not.toEqual([]);
  });
});
