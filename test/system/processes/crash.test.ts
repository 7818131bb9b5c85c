/** Killed behind any operation: the next apply arrives, with each process there once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { lab, records, running } from './lab.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const FIRST = lab('run:', '  - { name: one, command: [sleep, "1001"] }', '  - { name: two, command: [sleep, "1002"] }', 'exec: ["true"]');
const SECOND = lab(
  'run:',
  '  - { name: one, command: [sleep, "1003"] }',
  '  - { name: three, command: [sleep, "1004"] }',
  'exec: ["true # again"]',
);

function operationsOf(): number {
  const { actions } = JSON.parse(world.mustTopo('plan', '--json')) as { actions: { operations: unknown[]; finish: unknown[] }[] };
  return actions.reduce((sum, { operations, finish }) => sum + operations.length + finish.length, 0);
}

/** Kills after each count of operations, then goes on; gives how many counts there were. */
function killedAnywhere(text: string, before: string | null, expected: readonly string[]): number {
  let count = 1;
  for (; ; count++) {
    if (before === null) world.sh(`${process.execPath} ${process.cwd()}/dist/topo.cjs destroy -y --lab p`);
    else {
      world.file('topo.yaml', before);
      world.mustTopo('apply', '-y');
    }
    world.file('topo.yaml', text);
    if (count > operationsOf()) return count - 1;
    world.topo(['apply', '-y'], { TOPO_TEST_KILL_AFTER: String(count) });
    world.mustTopo('apply', '-y');
    expect({ count, running: running(world, 'sleep 100').sort() }).toEqual({ count, running: expected });
    expect(world.mustTopo('plan')).toContain('No changes.');
  }
}

describe('an apply that was killed', () => {
  it('while all was made', () => {
    expect(killedAnywhere(FIRST, null, ['sleep 1001', 'sleep 1002'])).toBeGreaterThan(3);
  }, 60_000);

  it('while it was changed', () => {
    expect(killedAnywhere(SECOND, FIRST, ['sleep 1003', 'sleep 1004'])).toBeGreaterThan(3);
  }, 60_000);

  it('is destroyed without a trace', () => {
    world.file('topo.yaml', FIRST);
    world.topo(['apply', '-y'], { TOPO_TEST_KILL_AFTER: String(operationsOf() - 1) });
    world.mustTopo('destroy', '-y');
    expect(running(world, 'sleep 100')).toEqual([]);
    expect(records(world)).toBe('');
  });

  it('at any moment, by the clock: no process is without a record', async () => {
    for (let delay = 60; delay <= 200; delay += 20) {
      world.sh(`${process.execPath} ${process.cwd()}/dist/topo.cjs destroy -y --lab p`);
      world.file('topo.yaml', FIRST);
      await world.later(null, `timeout -s KILL ${delay / 1000} ${process.execPath} ${process.cwd()}/dist/topo.cjs apply -y`);
      world.mustTopo('apply', '-y');
      expect({ delay, running: running(world, 'sleep 100').sort() }).toEqual({ delay, running: ['sleep 1001', 'sleep 1002'] });
    }
  }, 60_000);
});
