/** From any state of the lab, applying a file gives what it gives on an empty machine (GUARANTEES.md, G2 and G3). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World } from '../world.js';
import { anyDrift, anyTopology } from './any-state.js';
import { picture, portable, settled, type Picture } from './machine.js';

const RUNS = Number(process.env['TOPO_TEST_RUNS'] ?? 25);
const SEED = Number(process.env['TOPO_TEST_SEED'] ?? 234_843_347);

let fresh: World;
let used: World;
let baseline: Picture;

beforeAll(async () => {
  fresh = await World.create();
  used = await World.create();
  for (const world of [fresh, used]) world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  baseline = await settled(used);
});
afterAll(() => {
  fresh.dispose();
  used.dispose();
});

function mustConverge(world: World, file: string): void {
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
}

/**
 * Without history that the kernel keeps by itself: a former value is remembered in lo's altnames; a link-local address is
 * made when a link comes up, of the MAC that the link has then; a bridge keeps the segment sizes of the ports it had.
 */
function comparable(one: Picture): unknown {
  return JSON.parse(JSON.stringify(portable(one)), (_key, value: unknown) => {
    if (!Array.isArray(value)) return value;
    return (value as string[])
      .filter((line) => !/"(local|dst)":"fe80::/.test(line))
      .map((line) =>
        line
          .replace(/,?"sysctl:[^"]*"/g, '')
          // In the order in which they came.
          .replace(/,?"altnames":\[([^\]]*)\]/g, (_all, names: string) => names.split(',').filter(Boolean).sort().join())
          .replace(/,?"[gt]s?r?o_max_\w+":\d+/g, ''),
      );
  });
}

/** Carriers and routes follow their links a moment later. */
async function expectSame(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    if (JSON.stringify(comparable(picture(used))) === JSON.stringify(comparable(picture(fresh)))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(comparable(picture(used))).toEqual(comparable(picture(fresh)));
}

test(`any state leads to any other (TOPO_TEST_SEED=${SEED} TOPO_TEST_RUNS=${RUNS})`, async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(anyTopology, anyDrift, anyTopology, async (first, drift, second) => {
      runs += 1;
      const [before, after] = [used.file('before.yaml', first), used.file('after.yaml', second)];
      try {
        mustConverge(used, before);
        for (const command of drift) used.sh(command);
        if (drift.some((command) => command.includes('netns del'))) used.must('sleep 0.3');
        mustConverge(used, after);
        mustConverge(fresh, fresh.file('after.yaml', second));
        await expectSame();
      } finally {
        for (const world of [used, fresh]) world.mustTopo('destroy', '--yes', '--lab', 'any');
      }
      expect(picture(used)).toEqual(baseline);
      expect(used.sh('pgrep -f "^sleep 10000"').stdout).toBe('');
    }),
    {
      numRuns: RUNS,
      seed: SEED,
      interruptAfterTimeLimit: 40_000 * Math.ceil(RUNS / 25),
      endOnFailure: process.env['TOPO_TEST_SHRINK'] === undefined,
    },
  );
  // A slow machine runs fewer.
  expect(runs).toBeGreaterThan(5);
}, 600_000);
