/** A lab of thirty nodes, refused at any of its operations: the machine is as it was before (GUARANTEES.md, G9). */
import { afterAll, beforeAll, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG } from '../../thoroughness.js';
import { World } from '../world.js';
import { destroyPlan, mustApply } from './crash.js';
import type { Picture } from './machine.js';
import { operationsOf, planOf } from './program.js';
import { comparable, expectSame, mustRollBack, refusalPoints } from './rollback.js';

const NODES = 30;
/** Of each plan: a picture of thirty namespaces takes its time. */
const POINTS = 2;
const TIMEOUT_MS = LONG ? 14_400_000 : 120_000;

/** Every third node is on both networks, every sixth publishes a port, every tenth is a router on a link of its own. */
function lab(node: (i: number) => string, network: string): string {
  const nodes = Array.from({ length: NODES }, (_, i) => `  n${i}: ${node(i)}\n`).join('');
  return `name: thirty
networks:
  front: { subnet: [10.85.0.0/24, 'fd85::/64'], dns: server }
  back: { subnet: 10.85.1.0/24, ${network} }
nodes:
${nodes}links: [{ endpoints: ['n0:x', 'n10:x'] }, { endpoints: ['n10:y', 'n20:y'], mtu: 1300 }]
`;
}

const BEFORE = lab((i) => {
  const networks = i % 3 === 0 ? 'front, back' : 'front';
  const ports = i % 6 === 0 ? `, ports: ['${8100 + i}:80']` : '';
  const router = i % 10 === 0 ? ", forwarding: true, routes: [{ to: 10.86.0.0/16, type: blackhole }], run: ['sleep 100011']" : '';
  return `{ networks: [${networks}]${ports}${router} }`;
}, 'icc: false');

/** A third of the nodes change, one goes, and another network is behind. */
const AFTER = lab((i) => {
  const networks = i % 3 === 1 ? 'front, back' : 'front';
  const ports = i % 6 === 0 ? `, ports: ['${8200 + i}:80']` : '';
  const router = i % 10 === 0 ? ", routes: [{ to: 10.86.0.0/16, type: prohibit }], run: ['sleep 100012']" : '';
  return `{ networks: [${networks}]${ports}${router} }`;
}, 'mtu: 1400').replace(/ {2}n29: .*\n/, '');

let world: World;
let before: string;
let after: string;
let nothing: Picture;
let built: Picture | undefined;

beforeAll(async () => {
  world = await World.create();
  before = world.file('before.yaml', BEFORE);
  after = world.file('after.yaml', AFTER);
  nothing = await comparable(world);
}, TIMEOUT_MS);
afterAll(() => world.dispose());

async function build(): Promise<Picture> {
  mustApply(world, before, 'from nothing');
  return comparable(world);
}

/** All failures of a long run, and not the first alone. */
async function refusedAt(points: readonly number[], expected: Picture, args: readonly string[]): Promise<void> {
  tried(points.length);
  const failures: string[] = [];
  for (const k of points) {
    try {
      mustRollBack(world, k, ...args);
      await expectSame(world, expected, `operation ${k} of ${args.join(' ')} was refused`);
    } catch (error) {
      failures.push((error as Error).message);
      // From there on again.
      if (expected === nothing) world.topo(['destroy', '--yes', before]);
      else mustApply(world, before, 'after a failure');
    }
  }
  if (failures.length > 0) throw new Error(`${failures.length} of ${points.length}:\n${failures.join('\n')}`);
}

test(
  `a creation that is refused (${DRAWN})`,
  async () => {
    await refusedAt(refusalPoints(operationsOf(planOf(world, before)), POINTS), nothing, ['apply', '--yes', before]);
  },
  TIMEOUT_MS,
);

test(
  `a change that is refused (${DRAWN})`,
  async () => {
    built = await build();
    await refusedAt(refusalPoints(operationsOf(planOf(world, after)), POINTS), built, ['apply', '--yes', after]);
  },
  TIMEOUT_MS,
);

test(
  `a destroy that is refused (${DRAWN})`,
  async () => {
    built ??= await build();
    const points = refusalPoints(operationsOf(destroyPlan(world, before)), POINTS);
    mustApply(world, before, 'again');
    await refusedAt(points, built, ['destroy', '--yes', before]);
  },
  TIMEOUT_MS,
);
