/** SIGINT and SIGTERM end an apply after the batch in flight, with a word on what is left. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { command } from './program.js';

const NODES = 300;
/** It hears SIGTERM, and is killed two seconds later. */
const DEAF = "trap 'touch asked' TERM; touch begun; while :; do sleep 0.1; done";
const lab = (directory: string, more: string): string => `name: many
networks: { lan: { subnet: 10.90.0.0/16 } }
nodes:
  deaf: { networks: [lan], run: [{ command: "${DEAF}", cwd: ${directory} }]${more} }
${Array.from({ length: NODES }, (_, i) => `  n${i}: { networks: [lan] }\n`).join('')}`;

/** The first nodes are there, or it waits. */
const FIRST_DONE = '[ -s err ]';

let world: World;
let baseline: string;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', lab(world.directory, ''));
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

/** Sends the signal when the shell finds the condition. */
function interrupted(
  signal: string,
  condition: string,
  ...args: readonly string[]
): { readonly status: number; readonly stderr: string; readonly stdout: string } {
  const script = `rm -f err asked begun; ${command(...args)} >out 2>err & pid=$!
    while kill -0 $pid 2>/dev/null && ! ${condition}; do sleep 0.005; done
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
    const apply = interrupted(signal, FIRST_DONE, 'apply', '--yes', 'topo.yaml');
    expect(apply.status).toBe(expected);
    expect(apply.stderr).toContain(`Interrupted by SIG${signal}. Not done:`);
    expect(apply.stdout).toMatch(/Apply interrupted\. Resources: \d+ added, .*, \d+ not done\. Running it again goes on from here\./);
    const [, added = '0'] = /Resources: (\d+) added/.exec(apply.stdout) ?? [];
    expect(Number(added)).toBeGreaterThan(0);
    expect(apply.stderr).not.toMatch(/^\s+at /m);
    expect(world.topo(['plan', '--detailed-exitcode', '--quiet', 'topo.yaml']).status).toBe(2);
    world.mustTopo('apply', '--yes', '--quiet', 'topo.yaml');
    expect(world.mustTopo('plan', '--detailed-exitcode', 'topo.yaml')).toContain('No changes.');
    world.must('until [ -e begun ]; do sleep 0.02; done');
    const destroy = interrupted(signal, '[ -e asked ]', 'destroy', '--yes', 'topo.yaml');
    expect(destroy.status).toBe(expected);
    expect(destroy.stderr).toContain(`Interrupted by SIG${signal}. Not done:`);
    expect(destroy.stdout).toMatch(/Destroy interrupted\. Resources: \d+ destroyed, \d+ not done\./);
    world.mustTopo('destroy', '--yes', '--quiet', 'topo.yaml');
    expect(world.snapshot()).toBe(baseline);
  },
  120_000,
);

test('a signal while a refused apply is rolled back: behind the batch in flight it says what is not undone, and the next destroy arrives', () => {
  const file = world.file(
    'refused.yaml',
    lab(world.directory, ", exec: ['until [ -e /run/begun ]; do sleep 0.02; done; exit 1']").replaceAll('touch begun', 'touch /run/begun'),
  );
  const { status, stderr, stdout } = interrupted('INT', '[ -e asked ]', 'apply', '--yes', file);
  expect(status).toBe(130);
  expect(stderr).toMatch(/error\[ECHILD\][^]*Rolling back: \d+ actions\.[^]*Interrupted by SIGINT\. Not done:\n( +- .*\n)+/);
  expect(stdout).toContain('Apply interrupted.');
  expect(world.must('ls /run/netns')).toContain('many.n7');
  world.mustTopo('destroy', '--yes', '--quiet', 'topo.yaml');
  world.must('rm /run/begun');
  expect(world.snapshot()).toBe(baseline);
}, 120_000);

test('a signal while it waits for the lock', async () => {
  const holder = await world.background(null, ['sh', '-c', 'exec 9<>/run/topo/lock; flock 9; echo held; exec sleep 1000'], 'held');
  const { status, stderr } = interrupted('INT', FIRST_DONE, 'apply', '--yes', 'topo.yaml');
  expect(status).toBe(130);
  expect(stderr).toContain('Waiting for');
  expect(world.must('ls /run/netns')).toBe('');
  holder.kill('SIGKILL');
});
