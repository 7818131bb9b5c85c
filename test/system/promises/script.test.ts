/** `plan --format shell`, run by hand on an empty machine, gives the kernel state that apply gives. */
import { afterEach, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, TESTED_ELSEWHERE, World } from '../world.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { MORE_KINDS, MORE_KINDS_CHANGED } from './more-kinds.js';
import { portable, settled, type Picture } from './machine.js';

const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .filter((name) => !TESTED_ELSEWHERE.includes(name))
  .map((name) => [`examples/${name}`, readFileSync(join(ROOT, 'examples', name, 'topo.yaml'), 'utf8')] as const);

const worlds: World[] = [];

async function machine(): Promise<World> {
  const world = await World.create();
  worlds.push(world);
  return world;
}

afterEach(() => {
  for (const world of worlds.splice(0)) world.dispose();
});

/** Order of indexes is order of creation, and nobody promises one; the sets are what counts. */
const comparable = (one: Picture): unknown => portable(one);

/** Routing daemons learn from each other for a while: the same in the end. */
async function expectSame(one: World, other: World): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const [left, right] = [comparable(await settled(one)), comparable(await settled(other))];
    if (JSON.stringify(left) !== JSON.stringify(right) && Date.now() < deadline) continue;
    expect(left).toEqual(right);
    return;
  }
}

const LABS = [
  ...EXAMPLES,
  ['the lab of every kind', EVERY_KIND],
  ['its second version', EVERY_KIND_CHANGED],
  ['the lab of more kinds', MORE_KINDS],
  ['its second version too', MORE_KINDS_CHANGED],
] as const;

test.each(LABS)(
  'the script of %s makes what apply makes',
  async (_name, text) => {
    const [applied, byHand] = [await machine(), await machine()];
    applied.mustTopo('apply', '--yes', applied.file('topo.yaml', text));
    const file = byHand.file('topo.yaml', text);
    const script = byHand.file('script.sh', byHand.mustTopo('plan', '--format', 'shell', '--show-sensitive', file));
    const { status, stderr } = byHand.sh(`sh ${script}`);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(byHand.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
    await expectSame(byHand, applied);
    byHand.mustTopo('destroy', '--yes', file);
  },
  120_000,
);

test.each([
  ['every kind', EVERY_KIND, EVERY_KIND_CHANGED],
  ['more kinds', MORE_KINDS, MORE_KINDS_CHANGED],
])(
  'the script of a change of the lab of %s does what apply does',
  async (_name, before, after) => {
    const [applied, byHand] = [await machine(), await machine()];
    for (const world of [applied, byHand]) {
      world.mustTopo('apply', '--yes', world.file('before.yaml', before));
      world.file('after.yaml', after);
    }
    applied.mustTopo('apply', '--yes', 'after.yaml');
    const script = byHand.file('script.sh', byHand.mustTopo('plan', '--format', 'shell', '--show-sensitive', 'after.yaml'));
    byHand.must(`sh ${script}`);
    expect(byHand.mustTopo('plan', '--detailed-exitcode', 'after.yaml')).toContain('No changes.');
    await expectSame(byHand, applied);
  },
  120_000,
);
