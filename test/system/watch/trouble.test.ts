/** What goes wrong while a lab is watched: nothing is lost for good, hammered, or touched that is somebody else's. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { differences, eventually, Watcher, type Told } from './watcher.js';

const LAB =
  'name: one\nnetworks: { n: { subnet: 10.61.0.0/24, bridge_name: br-one } }\nnodes:\n  a: { networks: [n] }\n  b: { networks: [n] }\n';

let world: World;
beforeEach(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
});
afterEach(() => world.dispose());

const inSync = (): Promise<void> =>
  eventually(
    () => world.topo(['status', '--quiet']).status === 0,
    () => world.topo(['plan']).stdout,
  );

const objectsOf = ({ objects }: Told): readonly { readonly id: string }[] => objects as readonly { readonly id: string }[];

it('announcements that are lost lead to a look at everything', async () => {
  const watcher = await Watcher.start(world, ['--repair'], { TOPO_TEST_RECEIVE_BUFFER: '2048' });
  await watcher.until('in-sync');
  watcher.signal('STOP');
  world.must('for i in $(seq 200); do echo "route add 10.$i.0.0/16 dev eth0"; done | ip -n one.a -batch -');
  world.must('ip -n one.b link set eth0 mtu 1400');
  watcher.signal('CONT');
  await watcher.until('lost');
  await inSync();
  expect(world.must('ip -n one.b link show eth0')).toContain('mtu 1500');
  expect(watcher.errors).toBe('');
});

it('what nothing announces is found when everything is read again', async () => {
  world.file('topo.yaml', LAB.replace('a: { networks: [n] }', 'a: { networks: [n], sysctls: { net.ipv4.tcp_syncookies: 0 } }'));
  const watcher = await Watcher.start(world, ['--repair', '--resync', '1s']);
  await watcher.until('in-sync');
  // What is announced late, of the changes before, is a reason to look as well.
  const causes: unknown[] = [];
  while (causes.at(-1) !== 'resync' && causes.length < 5) {
    world.must('ip netns exec one.a sysctl -qw net.ipv4.tcp_syncookies=1');
    const drift = await watcher.until('drift');
    expect(drift).toMatchObject({ objects: [{ id: 'sysctl:one.a/net.ipv4.tcp_syncookies' }] });
    causes.push(drift['cause']);
    await watcher.until('in-sync');
  }
  expect(causes.at(-1)).toBe('resync');
});

it('it may be killed in the middle of a repair: the next one goes on from there', async () => {
  for (const after of [1, 3, 6]) {
    const { status } = world.topo(['watch', '--repair', '--json'], { TOPO_TEST_KILL_AFTER: String(after) });
    expect(status).toBe(128);
  }
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  expect(world.mustTopo('plan')).toContain('No changes.');
  await watcher.end('KILL');
  expect(world.mustTopo('plan')).toContain('No changes.');
  world.must('ip netns del one.b');
  const last = await Watcher.start(world, ['--repair']);
  await last.until('in-sync');
  await last.end('KILL');
  world.mustTopo('destroy', '--yes');
  expect(world.mustTopo('list')).not.toContain('one');
});

it('while somebody else changes the machine nothing is told, and nothing is done', async () => {
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  const other = await world.background(null, ['flock', '/run/topo/lock', 'sh', '-c', 'echo locked; read line'], 'locked');
  world.must('ip -n one.a link set eth0 mtu 1400');
  expect(await watcher.until('waiting')).toMatchObject({ lab: 'one' });
  expect(watcher.since).toEqual([]);
  expect(world.must('ip -n one.a link show eth0')).toContain('mtu 1400');
  other.stdin!.end('\n');
  expect(differences(await watcher.until('drift'))).toHaveLength(1);
  await watcher.until('in-sync');
  expect(watcher.told.filter(({ type }) => type === 'waiting')).toHaveLength(1);
});

it('a foreign object in the way is told once and left alone, and all is put right when it has gone', async () => {
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  // Between the two it would be repaired, but for the lock.
  world.must('flock /run/topo/lock ip -batch - <<END\nlink del br-one\nlink add br-one type bridge\nEND');
  const index = world.must('cat /sys/class/net/br-one/ifindex');
  expect(await watcher.until('blocked')).toMatchObject({ lab: 'one', diagnostics: [{ code: 'foreign-link', severity: 'error' }] });
  // It has been looked at several times by then.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(watcher.since).toEqual([]);
  expect(world.must('cat /sys/class/net/br-one/ifindex')).toBe(index);
  world.must('ip link del br-one');
  await watcher.until('in-sync');
  expect(world.mustTopo('plan')).toContain('No changes.');
});

it('a command that does not start is tried later and later, and all else is repaired at once', async () => {
  world.file('topo.yaml', LAB.replace('a: { networks: [n] }', 'a: { networks: [n], run: [{ command: [sh, -c, exit 3], name: bad }] }'));
  const watcher = await Watcher.start(world, ['--repair']);
  const refused = (event: Told): boolean => JSON.stringify(event['refusals']).includes('status 3');
  const delays = [];
  for (let i = 0; i < 5; i++) delays.push((await watcher.until('repair', refused))['retryMilliseconds']);
  expect(delays).toEqual([250, 500, 1000, 2000, 4000]);
  // Within four seconds.
  world.must('ip -n one.b link set eth0 mtu 1400');
  await watcher.until('drift', (event) => objectsOf(event).length === 2);
  expect(await watcher.until('repair')).toMatchObject({ outcome: 'complete', changed: 1, refusals: [] });
  expect(await watcher.until('drift')).toMatchObject({ objects: [{ id: 'process:a/bad' }] });
});

it('a command that ends again and again is started at once, and then later and later', async () => {
  world.file('topo.yaml', LAB.replace('a: { networks: [n] }', 'a: { networks: [n], run: [{ command: [sleep, "0.3"], name: short }] }'));
  const watcher = await Watcher.start(world, ['--repair']);
  const { retryMilliseconds } = await watcher.until('drift', (event) => event['retryMilliseconds'] !== undefined);
  // The first delay, or on a slow machine, which is told of that one too late, what is left of the next.
  expect(retryMilliseconds).toBeLessThanOrEqual(500);
  const repairs = watcher.told.filter(({ type, outcome }) => type === 'repair' && outcome === 'complete');
  expect(repairs.length).toBeGreaterThanOrEqual(3);
  // It comes to rest all the same when its file says so.
  world.file('topo.yaml', LAB.replace('a: { networks: [n] }', 'a: { networks: [n], run: [{ command: [sleep, "1000"], name: short }] }'));
  await watcher.until('file');
  await watcher.until('in-sync');
  await inSync();
});

it('its own changes do not wake it again and again', async () => {
  const watcher = await Watcher.start(world, ['--repair', '--metrics-file', 'metrics']);
  await watcher.until('in-sync');
  world.must('ip netns del one.b');
  await watcher.until('repair');
  await watcher.until('in-sync');
  await inSync();
  const before = watcher.told.length;
  const time = (): number => Number(/^process_cpu_seconds_total (.*)$/m.exec(world.must('cat metrics'))![1]);
  const start = time();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // Refreshed by an event that changes the metrics.
  world.must('ip -n one.b link set eth0 mtu 1400');
  await watcher.until('repair');
  await eventually(
    () => time() > start,
    () => 'no metrics',
  );
  expect(time() - start).toBeLessThan(0.75);
  expect(watcher.told.slice(before).map(({ type }) => type)).toEqual(expect.arrayContaining(['drift', 'repair']));
  expect(watcher.told.slice(before).filter(({ type }) => type === 'repair')).toHaveLength(1);
});

it('while an apply is to be confirmed nothing is repaired, which is told; after it the watch goes on', async () => {
  world.mustTopo('apply', '--yes');
  const watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  world.file('other.yaml', LAB.replace('  b: { networks: [n] }\n', ''));
  world.mustTopo('apply', '--yes', '--confirm', '10m', 'other.yaml');
  expect(await watcher.until('unconfirmed')).toMatchObject({ lab: 'one', until: expect.stringMatching(/^20.*Z$/) });
  world.must('ip -n one.a link set eth0 mtu 1400');
  expect(differences(await watcher.until('drift'))).toContain('~ veth:one.a/eth0 mtu');
  expect(world.must('ls /run/netns; ip -n one.a link show eth0')).toMatch(/^one\.a\n[^]*mtu 1400/);
  world.mustTopo('confirm', '--lab', 'one');
  await watcher.until('repair');
  await inSync();
  expect(world.must('ls /run/netns')).toBe('one.a\none.b\n');
  expect(watcher.errors).toBe('');
});
