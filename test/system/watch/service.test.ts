/** Metrics, and what systemd is told. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, World } from '../world.js';
import { eventually, Watcher } from './watcher.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', 'name: one\nnodes: { a: {} }\n');
});
afterAll(() => world.dispose());

const RECEIVER = `
import os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
receiver.bind('\\0' + name[1:] if name[0] == '@' else name)
print('bound', flush=True)
while True: open(sys.argv[2], 'ab').write(receiver.recv(4096) + b'\\n---\\n')
`;

it.each(['notify.socket', '@topo-test'])(
  'the service manager is told when all is ready, how it is, that it turns, and that it ends, by %s',
  async (name) => {
    const receiver = world.file('receiver.py', RECEIVER);
    const address = name.startsWith('@') ? name : join(world.directory, name);
    const told = `told${name.length}`;
    await world.background(null, ['python3', receiver, address, told], 'bound');
    const watcher = await Watcher.start(world, ['--repair'], { NOTIFY_SOCKET: address, WATCHDOG_USEC: '200000' });
    const lines = (): readonly string[] => world.sh(`cat ${told}`).stdout.split('\n');
    const count = (line: string): number => lines().filter((each) => each === line).length;
    await eventually(
      () => count('READY=1') === 1 && count('WATCHDOG=1') >= 3,
      () => lines().join('\n'),
    );
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(count('STATUS=1 lab in sync')).toBe(1);
    world.file('topo.yaml', 'name: one\nnodes: { a: { netns: taken } }\n');
    world.must('ip netns add taken');
    await eventually(
      () => count('STATUS=one blocked') === 1,
      () => lines().join('\n'),
    );
    world.must('ip netns del taken');
    world.file('topo.yaml', 'name: one\nnodes: { a: {} }\n');
    await eventually(
      () => count('STATUS=1 lab in sync') === 2,
      () => lines().join('\n'),
    );
    expect(await watcher.end()).toBe(143);
    await eventually(
      () => count('STOPPING=1') === 1,
      () => lines().join('\n'),
    );
  },
);

it('metrics are written and served, on the loopback alone', async () => {
  const watcher = await Watcher.start(world, ['--metrics-listen', '127.0.0.1:0', '--metrics-file', 'metrics.prom']);
  const { metrics } = watcher.told[0]!;
  expect(metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  await watcher.until('in-sync');
  expect(world.must(`curl -sf ${String(metrics)}`)).toContain('topo_watch_in_sync{lab="one"} 1\n');
  expect(world.must(`curl -s -o /dev/null -w '%{http_code}' ${String(metrics)}/x`)).toBe('404');
  expect(world.must(`curl -s -X POST -o /dev/null -w '%{http_code}' ${String(metrics)}`)).toBe('405');
  world.must('ip -n one.a link set lo mtu 1400');
  await watcher.until('drift');
  await eventually(
    () => world.must('cat metrics.prom').includes('topo_watch_in_sync{lab="one"} 0\n'),
    () => world.must('cat metrics.prom'),
  );
  expect(world.must(`curl -sf ${String(metrics)}`)).toContain('topo_watch_objects{lab="one",condition="drifted"} 1\n');
  expect(world.must('ls')).not.toMatch(/metrics\.prom\.\d/);
  expect(await watcher.end()).toBe(143);
});

it('says why metrics cannot be written or served', async () => {
  expect(world.topo(['watch', '--metrics-file', 'nowhere/x'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('nowhere/x: ENOENT'),
  });
  const watcher = await Watcher.start(world, ['--metrics-listen', '[::1]:9099']);
  expect(watcher.told[0]!['metrics']).toBe('http://[::1]:9099/metrics');
  expect(world.topo(['watch', '--metrics-listen', '[::1]:9099'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('EADDRINUSE'),
  });
  await watcher.end();
});

it('the unit in the documentation is one that systemd takes', () => {
  const page = readFileSync(join(ROOT, 'docs/watch.md'), 'utf8');
  const unit = /```ini\n(.*?)```/s.exec(page)![1]!.replace('/usr/local/bin/topo', '/bin/true');
  if (world.sh('command -v systemd-analyze').status !== 0) return;
  world.file('topo-watch.service', unit);
  expect(world.sh('systemd-analyze verify --man=no ./topo-watch.service')).toMatchObject({ status: 0, stderr: '' });
});

it('metrics take the place of nothing but metrics', () => {
  const refused = 'the metrics cannot be written to topo.yaml: the file that stands there has no metrics';
  const before = world.must('cat topo.yaml');
  expect(world.topo(['watch', '--metrics-file', 'topo.yaml'])).toMatchObject({ status: 1, stderr: expect.stringContaining(refused) });
  expect(world.must('cat topo.yaml')).toBe(before);
});
