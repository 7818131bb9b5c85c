/** `apply --confirm`: what nobody confirms is reverted, whatever becomes of the command that made it (GUARANTEES.md, G9). */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { World } from '../world.js';
import type { Picture } from './machine.js';
import { command, killAfter, KILLED } from './program.js';
import { comparable, expectSame } from './rollback.js';

let world: World;
let before: Picture;

const LAB = `name: kept
networks: { lan: { subnet: 10.83.0.0/24 } }
nodes:
  a: { networks: [lan], ports: ['8080:80'] }
  b: { networks: [lan], run: [{ name: idle, command: [sleep, '100009'] }] }
`;
const CHANGED = LAB.replace('8080:80', '8081:80').replace(/ {2}b: .*\n/, '  c: { networks: [lan] }\n');

beforeEach(async () => {
  world = await World.create();
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LAB));
  world.file('changed.yaml', CHANGED);
  before = await comparable(world);
});
afterEach(() => world.dispose());

const PENDING = '/run/topo/pending/kept';

/** The watchdog removes the folder when all is as it was. */
async function reverted(): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (world.sh(`[ -e ${PENDING} ]`).status === 0) {
    if (Date.now() > deadline) throw new Error(`it was not reverted: ${world.sh('cat /run/topo/reverted/kept').stdout}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const watchdog = (): number => (JSON.parse(world.must(`cat ${PENDING}/watchdog`)) as { pid: number }).pid;

test('confirmed in time it stays; until then another apply and a destroy are refused, and status tells', () => {
  const { stderr } = world.topo(['apply', '--yes', '--confirm', '10m', 'changed.yaml']);
  expect(stderr).toContain('topo confirm --lab kept');
  expect(world.must(`stat -c '%a %n' ${PENDING} ${PENDING}/basis | cut -d' ' -f1`)).toBe('700\n600\n');
  expect(world.topo(['status', 'changed.yaml']).stdout).toContain('The last apply is not confirmed');
  expect(JSON.parse(world.topo(['status', '--json', 'changed.yaml']).stdout)).toMatchObject({
    confirmation: { until: expect.stringMatching(/^20.*Z$/), watched: true },
  });
  expect(world.mustTopo('list')).toContain('kept: The last apply is not confirmed');
  for (const args of [
    ['apply', '--yes', 'topo.yaml'],
    ['destroy', '--yes', 'topo.yaml'],
  ]) {
    const refused = world.topo(args);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('[unconfirmed]');
    expect(refused.stderr).toContain('topo confirm --revert --lab kept');
  }
  const pid = watchdog();
  expect(world.mustTopo('confirm', 'changed.yaml')).toContain('Confirmed');
  // Nobody in this world waits for it: what is left of it is a zombie.
  const ended = `case "$(cut -d' ' -f3 /proc/${pid}/stat 2>/dev/null)" in ''|Z) exit 0;; esac`;
  expect(world.sh(`for i in $(seq 300); do ${ended}; sleep 0.1; done; exit 1`).status).toBe(0);
  expect(world.mustTopo('plan', '--detailed-exitcode', 'changed.yaml')).toContain('No changes.');
  expect(world.topo(['confirm', 'changed.yaml']).stderr).toContain('nothing of the lab kept is to be confirmed');
  world.mustTopo('apply', '--yes', 'topo.yaml');
});

test('nobody confirms: it is reverted, although command, terminal and session are gone, and the next status and apply tell', async () => {
  // Its group and its session end with it, as with a connection that breaks.
  world.sh(`setsid sh -c "${command('apply', '--yes', '--confirm', '2s', 'changed.yaml')} >out 2>&1; kill -HUP 0"`);
  await reverted();
  await expectSame(world, before, 'not confirmed');
  expect(world.topo(['status', 'topo.yaml']).stdout).toMatch(/was not confirmed, and was reverted at .*All is as it was before\./);
  expect(world.topo(['confirm', '--lab', 'kept']).status).toBe(1);
  expect(world.topo(['apply', '--yes', 'topo.yaml']).stderr).toContain('was not confirmed, and was reverted');
  expect(world.topo(['status', 'topo.yaml']).stdout).not.toContain('reverted');
}, 120_000);

test('killed in the middle of the apply it is reverted at the deadline', async () => {
  expect(killAfter(world, 9, 'apply', '--yes', '--confirm', '2s', 'changed.yaml')).toBe(KILLED);
  await reverted();
  await expectSame(world, before, 'killed after 9 operations');
}, 120_000);

test('the watchdog is killed too: the next apply says so, and topo confirm --revert reverts', async () => {
  world.mustTopo('apply', '--yes', '--confirm', '10m', 'changed.yaml');
  world.must(`kill -9 ${watchdog()}`);
  const refused = world.topo(['apply', '--yes', 'changed.yaml']);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('the process that would have reverted it is gone');
  expect(world.mustTopo('confirm', '--revert', '--lab', 'kept')).toContain('Reverted: all is as it was before.');
  await expectSame(world, before, 'reverted by hand');
}, 120_000);

test('what the kernel refuses is undone at once, and nothing is left to be confirmed', async () => {
  const { status, stdout } = world.topo(['apply', '--yes', '--confirm', '10m', '--json', 'changed.yaml'], { TOPO_TEST_REFUSE: '9' });
  expect(status).toBe(1);
  expect(stdout).toContain('"outcome":"rolled-back"');
  expect(stdout).not.toContain('"unconfirmed"');
  expect(world.sh(`[ -e ${PENDING} ]`).status).toBe(1);
  await expectSame(world, before, 'refused');
}, 120_000);

/** Waits in the shell. */
const until = (condition: string): string => `for i in $(seq 600); do ${condition} && break; sleep 0.1; done; ${condition}`;

test('somebody has left the question of another lab open: it is reverted all the same, and a yes after that counts', async () => {
  world.file('other.yaml', 'name: other\nnodes: { a: {} }\n');
  world.file('ask.sh', `exec ${command('apply', 'other.yaml')}\n`);
  world.file('answer.sh', until('[ -e reverted ]') + "; printf 'yes\\n'; " + until("grep -q 'Apply complete' screen"));
  const asking = world.later(null, 'touch screen; sh answer.sh | script -qefc "sh ask.sh" screen >/dev/null');
  world.must(until("grep -q 'goes ahead' screen"));
  world.mustTopo('apply', '--yes', '--lock-timeout', '0s', '--confirm', '1s', 'changed.yaml');
  await reverted();
  await expectSame(world, before, 'the question was open');
  world.must('touch reverted');
  expect((await asking).status).toBe(0);
  expect(world.must('ls /run/netns')).toContain('other.a');
}, 120_000);

test('what was shown is not what would be done any more: it is shown and asked again', async () => {
  world.file('ask.sh', `exec ${command('apply', 'changed.yaml')}\n`);
  world.file(
    'answer.sh',
    `${until('[ -e changed ]')}; printf 'yes\\n'; ${until("[ $(grep -c 'goes ahead' screen) -ge 2 ]")}; printf 'no\\n'; ${until("grep -q 'Nothing was' screen")}`,
  );
  const asking = world.later(null, 'touch screen; sh answer.sh | script -qefc "sh ask.sh" screen >/dev/null');
  world.must(until("grep -q 'goes ahead' screen"));
  world.must('ip -n kept.a link set eth0 mtu 1400; touch changed');
  expect((await asking).status).toBe(1);
  const screen = world.must('cat screen');
  expect(screen).toContain('The machine has changed meanwhile: this is what would be done now.');
  expect(screen.split('meanwhile')[1]).toMatch(/mtu: 1400 -> 1500/);
  expect(screen).toContain('Nothing was changed.');
  expect(world.must('ls /run/netns')).toBe('kept.a\nkept.b\n');
}, 120_000);

describe('an apply that hangs is ended at the deadline, and reverted', () => {
  test('stopped by a signal', async () => {
    world.file('stops.yaml', CHANGED.replace('lan]', `lan], exec: ['touch ${world.directory}/here; exec sleep 100022']`));
    world.must(
      `${command('apply', '--yes', '--confirm', '1s', 'stops.yaml')} >out 2>&1 & echo $! >pid; ${until('[ -e here ]')}; kill -STOP $(cat pid)`,
    );
    await reverted();
    expect(world.sh('kill -0 $(cat pid) && ! grep -q "^State:.Z" /proc/$(cat pid)/status').status).not.toBe(0);
    await expectSame(world, before, 'it was stopped');
  }, 120_000);

  test('in a command that does not end', async () => {
    world.file('hangs.yaml', CHANGED.replace('lan]', "lan], exec: ['exec sleep 100021']"));
    world.must(`${command('apply', '--yes', '--confirm', '1s', 'hangs.yaml')} >out 2>&1 & ${until('pgrep -f "^sleep 100021"')}`);
    await reverted();
    expect(world.sh('pgrep -f "^sleep 100021"').stdout).toBe('');
    await expectSame(world, before, 'its command hung');
  }, 120_000);

  test('before a pipe that nobody reads', async () => {
    const long = "lan], exec: ['head -c 300000 /dev/zero | tr \\\\0 x | fold']";
    world.file('talks.yaml', CHANGED.replace(/lan\]/g, long));
    world.must(
      `{ ${command('apply', '--yes', '--confirm', '1s', 'talks.yaml')} 2>&1; echo ended >ended; } | sleep 100 >&- 2>&- & ${until(`[ -e ${PENDING}/deadline ]`)}`,
    );
    await reverted();
    await expectSame(world, before, 'nobody read what it said');
  }, 120_000);
});

test('a date that is set back puts off nothing', async () => {
  world.file(
    'clock.cjs',
    `const { now } = Date; Date.now = () => now() - (require('node:fs').existsSync('${world.directory}/back') ? 3_600_000 : 0);`,
  );
  const { status, stderr } = world.topo(['apply', '--yes', '--confirm', '2s', 'changed.yaml'], {
    NODE_OPTIONS: `--require ${world.directory}/clock.cjs`,
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  world.must('touch back');
  await reverted();
  await expectSame(world, before, 'the clock was set back');
}, 120_000);

test('what is refused on the way back is tried again after a while', async () => {
  // Where the record of the process that has to come back would stand.
  world.must(`${command('apply', '--yes', '--confirm', '4s', 'changed.yaml')} && touch /run/topo/run`);
  world.must(until('grep -q "tried again after" /run/topo/reverted/kept'));
  expect(world.must(`ls ${PENDING}`)).toContain('basis');
  world.must('rm /run/topo/run');
  await reverted();
  expect(world.must('cat /run/topo/reverted/kept')).toContain('All is as it was before.');
  await expectSame(world, before, 'tried again');
}, 120_000);

test('killed while it reverts: topo confirm --revert goes on', async () => {
  const { status } = world.topo(['apply', '--yes', '--confirm', '1s', 'changed.yaml'], { TOPO_TEST_WATCHDOG_KILL_AFTER: '4' });
  expect(status).toBe(0);
  const pid = watchdog();
  world.must(until(`[ "$(cut -d' ' -f3 /proc/${pid}/stat 2>/dev/null || echo Z)" = Z ]`));
  expect(world.topo(['status', 'topo.yaml']).stdout).toContain('the process that would have reverted it is gone');
  world.mustTopo('confirm', '--revert', '--lab', 'kept');
  await expectSame(world, before, 'killed on the way back');
}, 120_000);
