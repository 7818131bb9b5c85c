/** One writer at a time: the others wait, or are told who it is (GUARANTEES.md, G12). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { World, type Result } from '../world.js';
import { command } from './program.js';

let world: World;
let baseline: string;

const lab = (name: string, number: number): string =>
  `name: ${name}\nnetworks: { lan: { subnet: 10.80.${number}.0/24 } }\nnodes: { a: { networks: [lan] }, b: { networks: [lan], ports: ['${9000 + number}:80'] } }\n`;

beforeAll(async () => {
  world = await World.create();
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

/** Runs them all at once; gives what became of each. */
const atOnce = (commands: readonly string[]): Promise<readonly Result[]> =>
  Promise.all(commands.map((one) => world.later(null, `NODE_OPTIONS= ${one}`)));

/** All of them arrived. */
function expectDone(results: readonly Result[]): void {
  tried(results.length);
  expect(results.filter(({ status }) => status !== 0)).toEqual([]);
}

const AT_ONCE = 50;
const NOTHING = 'Resources: 0 added, 0 changed, 0 destroyed';

test('fifty applies of one lab at once: one does the work, the others find nothing to do', async () => {
  world.file('one.yaml', lab('one', 1));
  const results = await atOnce(Array<string>(AT_ONCE).fill(command('apply', '--yes', '--lock-timeout', '600s', 'one.yaml')));
  expectDone(results);
  expect(results.filter(({ stdout }) => stdout.includes(NOTHING))).toHaveLength(AT_ONCE - 1);
  expect(world.mustTopo('plan', '--detailed-exitcode', 'one.yaml')).toContain('No changes.');
  world.mustTopo('destroy', '--yes', 'one.yaml');
  expect(world.snapshot()).toBe(baseline);
}, 600_000);

test('fifty applies, and destroys, of different labs at once all arrive', async () => {
  const files = Array.from({ length: AT_ONCE }, (_, i) => world.file(`lab${i}.yaml`, lab(`lab${i}`, i + 10)));
  const all = (name: string): readonly string[] => files.map((file) => command(name, '--yes', '--lock-timeout', '600s', file));
  expectDone(await atOnce(all('apply')));
  for (const file of files.slice(0, 5)) expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  const { labs } = JSON.parse(world.mustTopo('list', '--json')) as { labs: readonly { lab: string; namespaces: readonly string[] }[] };
  // Each with both of its nodes.
  expect(labs.flatMap(({ namespaces }) => namespaces)).toHaveLength(2 * AT_ONCE);
  expectDone(await atOnce(all('destroy')));
  // The last lab to leave puts forwarding back, whichever it was.
  expect(world.snapshot()).toBe(baseline);
}, 600_000);

test('applies and destroys of one lab at once: each arrives, and what is there in the end is the lab or nothing', async () => {
  world.file('one.yaml', lab('one', 1));
  const mixed = Array.from({ length: 12 }, (_, i) =>
    command(i % 2 === 0 ? 'apply' : 'destroy', '--yes', '--lock-timeout', '600s', 'one.yaml'),
  );
  expectDone(await atOnce(mixed));
  if (world.sh('ls /run/netns/one.a').status === 0)
    expect(world.mustTopo('plan', '--detailed-exitcode', 'one.yaml')).toContain('No changes.');
  else expect(world.snapshot()).toBe(baseline);
  world.mustTopo('apply', '--yes', 'one.yaml');
  world.mustTopo('destroy', '--yes', 'one.yaml');
  expect(world.snapshot()).toBe(baseline);
}, 600_000);

test('an apply that is killed while another waits for it: that one goes on at once, and knew whom it waited for', async () => {
  world.file(
    'slow.yaml',
    `name: slow\nnodes: { a: { exec: ['touch begun; exec sleep 4711'] } }\n`.replace('begun', `${world.directory}/begun`),
  );
  world.file('one.yaml', lab('one', 1));
  const holder = world.later(null, `echo $$ >holder; exec ${command('apply', '--yes', 'slow.yaml')}`);
  world.must('until [ -e begun ]; do sleep 0.02; done');
  expect(world.must('stat -c %a /run/topo/lock')).toBe('600\n');
  const next = world.later(null, `${command('apply', '--yes', '--lock-timeout', '600s', 'one.yaml')} 2>waiting`);
  world.must('until grep -q Waiting waiting; do sleep 0.02; done');
  expect(world.must('cat waiting')).toBe(`Waiting for topo apply of lab slow (process ${world.must('cat holder').trim()}) …\n`);
  world.must('kill -9 $(cat holder)');
  expect((await next).status).toBe(0);
  expect((await holder).status).not.toBe(0);
  expect(world.sh('pgrep -f "^sleep 4711"').stdout).toBe('');
  expect(world.mustTopo('plan', '--detailed-exitcode', 'one.yaml')).toContain('No changes.');
  for (const name of ['one', 'slow']) world.mustTopo('destroy', '--yes', '--lab', name);
  expect(world.snapshot()).toBe(baseline);
}, 120_000);

test('the lock of a sandbox is another one than that of the machine', async () => {
  world.file('one.yaml', lab('one', 1));
  await world.background(
    null,
    ['sh', '-c', 'mkdir -p /run/topo; exec 9<>/run/topo/lock; flock 9; echo $$ >holder; echo held; exec sleep 1000'],
    'held',
  );
  expect(world.topo(['apply', '--yes', '--lock-timeout', '0s', 'one.yaml']).stderr).toContain('is changing this machine');
  expect(world.topo(['--sandbox=apart', 'apply', '--yes', '--lock-timeout', '0s', 'one.yaml'])).toMatchObject({ status: 0 });
  expect(world.must('ls /run/netns')).toBe('');
  world.mustTopo('sandbox', 'rm', 'apart');
  // What holds it is a child of what was started here.
  world.must('kill -9 $(cat holder)');
}, 60_000);

test('who does not wait is told who holds the lock, and a killed holder holds nothing', async () => {
  world.file('one.yaml', lab('one', 1));
  // The same lock by flock(1), with what a holder writes into it.
  const holder = await world.background(
    null,
    [
      'sh',
      '-c',
      `mkdir -p /run/topo; exec 9<>/run/topo/lock; flock 9; echo '{"pid":4711,"command":"apply","lab":"big"}' >&9; echo $$ >holder; echo held; exec sleep 1000`,
    ],
    'held',
  );
  const { status, stderr } = world.topo(['apply', '--yes', '--lock-timeout', '0s', 'one.yaml']);
  expect(status).toBe(1);
  expect(stderr).toContain('topo apply of lab big (process 4711) is changing this machine');
  expect(world.must('ls /run/netns')).toBe('');
  const waited = world.topo(['apply', '--yes', '--lock-timeout', '300ms', 'one.yaml']);
  expect(waited.status).toBe(1);
  expect(waited.stderr).toContain('Waiting for topo apply of lab big (process 4711)');
  expect(waited.stderr).toContain('still after 0.3 s');
  // Those that only read do not ask for it.
  expect(world.topo(['plan', 'one.yaml']).status).toBe(0);
  world.must('kill -9 $(cat holder)');
  holder.kill('SIGKILL');
  world.mustTopo('apply', '--yes', '--lock-timeout', '0s', 'one.yaml');
  world.mustTopo('destroy', '--yes', 'one.yaml');
});

test('a holder that was killed in the middle leaves the lock free', () => {
  world.file('one.yaml', lab('one', 1));
  expect(world.sh(`${command('apply', '--yes', 'one.yaml')} >/dev/null 2>&1; exit $?`, { TOPO_TEST_KILL_AFTER: '7' }).status).toBe(137);
  world.mustTopo('apply', '--yes', '--lock-timeout', '0s', 'one.yaml');
  world.mustTopo('destroy', '--yes', 'one.yaml');
  expect(world.snapshot()).toBe(baseline);
});
