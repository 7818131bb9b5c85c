/** One writer at a time: the others wait, or are told who it is (GUARANTEES.md, G12). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
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

/** Runs them all at once; gives `STATUS` of each, and what they said is in out.N. */
function atOnce(commands: readonly string[]): readonly number[] {
  const started = commands.map((one, i) => `{ ${one} >out.${i} 2>&1; echo $? >status.${i}; } &`).join('\n');
  world.must(`${started}\nwait`);
  return commands.map((_, i) => Number(world.must(`cat status.${i}`)));
}

test('twenty applies of one lab at once all arrive', () => {
  world.file('one.yaml', lab('one', 1));
  expect(atOnce(Array.from({ length: 20 }, () => command('apply', '--yes', '--lock-timeout', '50s', 'one.yaml')))).toEqual(
    Array(20).fill(0),
  );
  expect(world.mustTopo('plan', '--detailed-exitcode', 'one.yaml')).toContain('No changes.');
  // One did the work, the others found nothing to do.
  expect(world.must("grep -l 'Resources: 0 added, 0 changed, 0 destroyed' out.* | wc -l").trim()).toBe('19');
  world.mustTopo('destroy', '--yes', 'one.yaml');
  expect(world.snapshot()).toBe(baseline);
}, 60_000);

test('twenty applies, and destroys, of different labs at once all arrive', () => {
  const files = Array.from({ length: 20 }, (_, i) => world.file(`lab${i}.yaml`, lab(`lab${i}`, i + 10)));
  expect(atOnce(files.map((file) => command('apply', '--yes', '--lock-timeout', '50s', file)))).toEqual(Array(20).fill(0));
  for (const file of files.slice(0, 5)) expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  expect((JSON.parse(world.mustTopo('list', '--json')) as { labs: unknown[] }).labs).toHaveLength(20);
  expect(atOnce(files.map((file) => command('destroy', '--yes', '--lock-timeout', '50s', file)))).toEqual(Array(20).fill(0));
  // The last lab to leave puts forwarding back, whichever it was.
  expect(world.snapshot()).toBe(baseline);
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
