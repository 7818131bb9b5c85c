/** What nobody confirmed was reverted for a reason: `topo watch --repair` does not do the same again. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { differences, eventually, Watcher } from './watcher.js';

const LAB = 'name: one\nnetworks: { n: { subnet: 10.61.0.0/24 } }\nnodes:\n  a: { networks: [n] }\n  b: { networks: [n] }\n';
const WITHOUT_B = LAB.replace('  b: { networks: [n] }\n', '');
const WITH_C = LAB.replace('  b:', '  c:');

let world: World;
beforeEach(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
});
afterEach(() => world.dispose());

const names = (): string => world.must('ls /run/netns').replaceAll('\n', ' ').trim();
const isRemembered = (): boolean => world.sh('[ -e /run/topo/taken-back/one ]').status === 0;

const inSync = (): Promise<void> =>
  eventually(
    () => world.topo(['status', '--quiet']).status === 0,
    () => world.topo(['plan']).stdout,
  );

it('a watch that runs already keeps what was before, until the file asks for something else', async () => {
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  // While nobody repairs: it would do what the file says before the apply does.
  watcher.signal('STOP');
  world.file('topo.yaml', WITHOUT_B);
  world.mustTopo('apply', '--yes', '--confirm', '1s');
  watcher.signal('CONT');
  expect(await watcher.until('reverted')).toMatchObject({ lab: 'one', at: expect.stringMatching(/^20.*Z$/) });
  world.must('ip -n one.a link set eth0 mtu 1400');
  await watcher.until('drift', (event) => differences(event).includes('~ veth:one.a/eth0 mtu'));
  expect(names()).toBe('one.a one.b');
  expect(world.must('ip -n one.a link show eth0')).toContain('mtu 1400');
  expect(watcher.told.filter(({ type }) => type === 'reverted')).toHaveLength(1);
  expect(watcher.told.filter(({ type }) => type === 'repair')).toEqual([]);
  expect(world.topo(['status']).stdout).toContain('topo watch --repair leaves it so until the file asks for something else');
  // The same in other words.
  world.file('topo.yaml', `# again\n${WITHOUT_B}`);
  await watcher.until('file');
  expect(JSON.parse(world.topo(['status', '--json']).stdout)).toMatchObject({ reverted: { at: expect.stringMatching(/^20.*Z$/) } });
  world.file('topo.yaml', WITH_C);
  expect(await watcher.until('repair')).toMatchObject({ outcome: 'complete' });
  await inSync();
  expect(names()).toBe('one.a one.c');
  expect(isRemembered()).toBe(false);
  world.file('topo.yaml', WITHOUT_B);
  await watcher.until('repair');
  await inSync();
  expect(names()).toBe('one.a');
  expect(watcher.errors).toBe('');
}, 120_000);

it('one that is started later knows it too, until somebody applies', async () => {
  world.file('topo.yaml', WITHOUT_B);
  world.mustTopo('apply', '--yes', '--confirm', '10m');
  expect(world.mustTopo('confirm', '--revert')).toContain('all is as it was before');
  for (let i = 0; i < 2; i++) {
    const watcher = await Watcher.start(world, ['--repair']);
    await watcher.until('reverted');
    expect(await watcher.end()).toBe(143);
    expect(names()).toBe('one.a one.b');
  }
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('reverted');
  world.mustTopo('apply', '--yes');
  await watcher.until('in-sync');
  expect(names()).toBe('one.a');
  expect(isRemembered()).toBe(false);
  expect(world.topo(['status', '--json']).stdout).not.toContain('"reverted"');
  world.must('ip netns del one.a');
  expect(await watcher.until('repair')).toMatchObject({ outcome: 'complete' });
}, 120_000);

it('an apply that finds nothing to do allows it as well', async () => {
  world.file('changed.yaml', WITHOUT_B);
  world.mustTopo('apply', '--yes', '--confirm', '10m', 'changed.yaml');
  world.mustTopo('confirm', '--revert', '--lab', 'one');
  world.must('cp topo.yaml former.yaml && cp changed.yaml topo.yaml');
  const watcher = await Watcher.start(world, ['--repair', 'topo.yaml']);
  await watcher.until('reverted');
  expect(world.mustTopo('apply', '--yes', 'former.yaml')).toContain('0 added');
  expect(await watcher.until('repair')).toMatchObject({ outcome: 'complete' });
  expect(names()).toBe('one.a');
}, 120_000);
