/** What goes wrong beside the kernel's refusals is undone and told as these are (GUARANTEES.md, G9). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';
import type { Picture } from './machine.js';
import { operationsOf, planOf } from './program.js';
import { comparable, expectSame, refusalPoints } from './rollback.js';

let world: World;
let before: Picture;

beforeEach(async () => {
  world = await World.create();
  before = await comparable(world);
});
afterEach(() => world.dispose());

const LAB = `name: frail
networks: { lan: { subnet: 10.84.0.0/24, dns: server } }
nodes:
  a: { networks: [lan], ports: ['8080:80'] }
  b: { networks: [lan], run: [{ name: idle, command: [sleep, '100010'] }] }
`;

interface Failure {
  /** What stands in the message: the object, and the line that asked for it. */
  readonly told: readonly string[];
  readonly environment?: Record<string, string>;
}

async function mustRollBack(file: string, when: string, { told, environment = {} }: Failure): Promise<void> {
  const { status, stdout, stderr } = world.topo(['apply', '--yes', file], environment);
  if (status !== 1 || !stdout.includes('was rolled back: all is as it was before')) throw new Error(`${when}:\n${stdout}${stderr}`);
  for (const text of told) expect(stderr).toContain(text);
  expect(stderr).not.toContain('    at ');
  await expectSame(world, before, when);
}

test('a mistake of the program at any operation, drawn: the object is named, and all is undone', async () => {
  const file = world.file('topo.yaml', LAB);
  for (const k of refusalPoints(operationsOf(planOf(world, file)), 4)) {
    const told = ['error[EINTERNAL]: ', `this should not have happened: broken for a test, operation ${k}`, '--> topo.yaml:'];
    await mustRollBack('topo.yaml', `operation ${k} broke`, { told, environment: { TOPO_TEST_BREAK: String(k) } });
  }
  const { stderr } = world.topo(['apply', '--yes', '--debug', file], { TOPO_TEST_BREAK: '5' });
  expect(stderr).toMatch(/TypeError: broken for a test, operation 5\n {4}at /);
}, 120_000);

test('a DNS server that ends at once', async () => {
  const file = world.file('topo.yaml', LAB);
  world.must('mount --bind /bin/false "$(command -v dnsmasq)"');
  // At once, or on a busy machine soon afterwards.
  await mustRollBack(file, 'dnsmasq ended', { told: ['error[ECHILD]: process', 'with status 1\n', '--> '] });
}, 60_000);

test('a command that nothing can be made to run: it is longer than the kernel takes', async () => {
  const long = `${LAB}    exec: [{ command: [echo, '${'x'.repeat(200_000)}'] }]\n`.replace(
    /b: \{(.*)\}\n {4}exec: (.*)\n/,
    'b: {$1, exec: $2 }\n',
  );
  await mustRollBack(world.file('topo.yaml', long), 'no process', { told: ['error[E2BIG]: exec', '--> '] });
}, 60_000);

test('no room in /run/topo', async () => {
  const file = world.file('topo.yaml', LAB);
  const files = 'find /run/topo -type f ! -name lock; grep topo_ /proc/net/dev';
  // Enough for the lock, and for less and less of what else is written there.
  for (const inodes of [15, 9, 5]) {
    world.must(`mkdir -p /run/topo && mount -t tmpfs -o mode=755,nr_inodes=${inodes} tmpfs /run/topo`);
    await mustRollBack(file, `room for ${inodes} files`, { told: ['error[ENOSPC]: '] });
    expect(world.sh(files).stdout).toBe('');
    world.must('umount /run/topo');
  }
}, 60_000);

test('no room for what an apply that is to be confirmed keeps: nothing is changed, and the reason is told', async () => {
  const file = world.file('topo.yaml', LAB);
  world.must('mkdir -p /run/topo && mount -t tmpfs -o mode=755,size=8k tmpfs /run/topo');
  const { status, stderr } = world.topo(['apply', '--yes', '--confirm', '10m', file]);
  expect(status).toBe(1);
  expect(stderr).toContain('[no-confirmation]');
  expect(stderr).toContain('ENOSPC');
  expect(world.sh('ls /run/topo/pending').status).not.toBe(0);
  await expectSame(world, before, 'nothing could be kept');
}, 60_000);
