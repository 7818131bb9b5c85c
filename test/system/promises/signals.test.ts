/** SIGINT and SIGTERM end an apply after the batch in flight, with a word on what is left. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { command } from './program.js';

const NODES = 300;
const LAB = `name: many
networks: { lan: { subnet: 10.90.0.0/16 } }
nodes:
${Array.from({ length: NODES }, (_, i) => `  n${i}: { networks: [lan] }\n`).join('')}`;

let world: World;
let baseline: string;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

/** Sends the signal when the first nodes are there. */
function interrupted(
  signal: string,
  ...args: readonly string[]
): { readonly status: number; readonly stderr: string; readonly stdout: string } {
  const script = `rm -f err; ${command(...args)} >out 2>err & pid=$!
    while kill -0 $pid 2>/dev/null && ! [ -s err ]; do sleep 0.005; done
    kill -${signal} $pid; wait $pid`;
  const { status } = world.sh(script);
  return { status, stderr: world.must('cat err'), stdout: world.must('cat out') };
}

test.each([
  ['INT', 130],
  ['TERM', 143],
])(
  'SIG%s in the middle of an apply and of a destroy',
  (signal, expected) => {
    const apply = interrupted(signal, 'apply', '--yes', 'topo.yaml');
    expect(apply.status).toBe(expected);
    expect(apply.stderr).toContain(`Interrupted by SIG${signal}. Not done:`);
    expect(apply.stdout).toMatch(/Apply interrupted\. Resources: \d+ added, .*, \d+ not done\. Running it again goes on from here\./);
    const [, added = '0'] = /Resources: (\d+) added/.exec(apply.stdout) ?? [];
    expect(Number(added)).toBeGreaterThan(0);
    expect(apply.stderr).not.toMatch(/^\s+at /m);
    expect(world.topo(['plan', '--detailed-exitcode', '--quiet', 'topo.yaml']).status).toBe(2);
    world.mustTopo('apply', '--yes', '--quiet', 'topo.yaml');
    expect(world.mustTopo('plan', '--detailed-exitcode', 'topo.yaml')).toContain('No changes.');
    const destroy = interrupted(signal, 'destroy', '--yes', 'topo.yaml');
    // It may be done before the signal is heard: it has few batches.
    expect([0, expected]).toContain(destroy.status);
    world.mustTopo('destroy', '--yes', '--quiet', 'topo.yaml');
    expect(world.snapshot()).toBe(baseline);
  },
  60_000,
);

test('a signal while it waits for the lock', async () => {
  const holder = await world.background(null, ['sh', '-c', 'exec 9<>/run/topo/lock; flock 9; echo held; exec sleep 1000'], 'held');
  const { status, stderr } = interrupted('INT', 'apply', '--yes', 'topo.yaml');
  expect(status).toBe(130);
  expect(stderr).toContain('Waiting for');
  expect(world.must('ls /run/netns')).toBe('');
  holder.kill('SIGKILL');
});
