/** Any order that the dependencies of a plan allow gives the same lab (GUARANTEES.md, G7). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expand } from '../../../src/networks/expand.js';
import { loadTopology } from '../../../src/topology/load.js';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import { ROOT, World } from '../world.js';
import { EVERY_KIND } from './every-kind.js';
import type { PlanDocument, PlannedAction } from './program.js';

const ORDERS = LONG ? 200 : 5;

// Commands are run by apply itself, and in the order of the file.
const LAB = EVERY_KIND.replace("    exec: ['true # leaf']\n", '');

let world: World;
let folder: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  // Below node_modules, so that packages are found from there.
  folder = mkdtempSync(join(ROOT, 'node_modules/.any-order-'));
  const entryPoints = [join(ROOT, 'test/kernel/iproute/agent.ts')];
  const outfile = join(folder, 'agent.mjs');
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', packages: 'external' });
});
afterAll(() => {
  world.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** What each object of the lab needs, by its id. */
function needsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const { topology } = loadTopology({ file: 'topo.yaml', bytes: new TextEncoder().encode(text) }, {});
  const { state } = expand(topology!);
  return new Map([...state.resources.values()].map(({ id, needs }) => [id, needs]));
}

/** The actions by priority, but each behind those that it needs. */
function ordered(priorities: readonly PlannedAction[], needs: ReadonlyMap<string, readonly string[]>): readonly PlannedAction[] {
  const open = new Map(priorities.map((action) => [action.id, action]));
  const placed: PlannedAction[] = [];
  const place = (action: PlannedAction): void => {
    open.delete(action.id);
    for (const id of needs.get(action.id) ?? []) if (open.has(id)) place(open.get(id)!);
    placed.push(action);
  };
  for (const action of priorities) if (open.has(action.id)) place(action);
  return placed;
}

test(
  `a lab of every kind, its objects made in any order (${DRAWN})`,
  () => {
    const file = world.file('topo.yaml', LAB);
    // With the values of environment variables: the operations are run as they stand.
    const { actions } = JSON.parse(world.mustTopo('plan', '--json', '--show-sensitive', file)) as PlanDocument;
    const needs = needsOf(LAB);
    const anyOrder = fc.shuffledSubarray([...actions], { minLength: actions.length }).map((priorities) => ordered(priorities, needs));
    const orders = fc.sample(anyOrder, { seed: SEED, numRuns: ORDERS });
    tried(orders.length);
    for (const order of orders) {
      const operations = [...order.flatMap((action) => action.operations), ...order.flatMap((action) => action.finish)];
      const { status, stderr } = world.sh(
        `'${process.execPath}' '${join(folder, 'agent.mjs')}' ${world.file('operations', JSON.stringify(operations))}`,
      );
      expect({ status, stderr, order: status === 0 ? [] : order.map(({ id }) => id) }).toEqual({ status: 0, stderr: '', order: [] });
      expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
      world.mustTopo('destroy', '--yes', file);
    }
  },
  ORDERS * 60_000,
);
