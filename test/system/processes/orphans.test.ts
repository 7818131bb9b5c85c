/** What holds a namespace that is deleted, and is no process in it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { until } from './lab.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const SINK = `require('node:net').createServer((socket) => socket.pause()).listen(9000)`;
const FLOOD = `const socket = require('node:net').connect(9000, '10.61.0.10'); socket.on('error', () => process.exit(1)); socket.write(Buffer.alloc(64 << 20))`;

const run = (program: string): string => JSON.stringify([{ name: 'r', command: [process.execPath, '-e', program] }]);

const lab = (second: string): string => `name: p
networks: { n: { subnet: 10.61.0.0/24 } }
nodes:
  a: { networks: { n: 10.61.0.10 }, run: ${run(SINK)} }
${second}`;

/** Fills a connection from b to a, and then lets nothing through any more. */
function fillAndCut(): string {
  const file = world.file('topo.yaml', lab(''));
  world.mustTopo('apply', '--yes', file);
  until(world, 'ip netns exec p.a ss -Htln sport = 9000 | grep -q .');
  world.file('topo.yaml', lab(`  b: { networks: { n: 10.61.0.11 }, run: ${run(FLOOD)} }\n`));
  world.mustTopo('apply', '--yes', file);
  until(world, `ip netns exec p.b ss -Htn state established dport = 9000 | awk '{ exit !($2 > 100000) }'`);
  world.must('ip -n p.a link set eth0 down');
  return file;
}

function expectGone(file: string): void {
  const { status, stderr } = world.topo(['destroy', '--yes', file]);
  expect(stderr).not.toContain('lives on');
  expect(status).toBe(0);
  expect(world.sh('ls /run/netns').stdout).toBe('');
}

it('a connection full of data, whose process was ended and whose other end cannot be told, is ended too', () => {
  expectGone(fillAndCut());
});

it('so is one of a process that has ended before', () => {
  const file = fillAndCut();
  world.must(`pkill -KILL -f '64 << 2[0]'`);
  until(world, 'ip netns exec p.b ss -Htn state fin-wait-1 | grep -q .');
  expectGone(file);
});

it('a namespace that takes its time is waited for', async () => {
  const file = world.file('topo.yaml', 'name: p\nnodes: { a: {} }\n');
  world.mustTopo('apply', '--yes', file);
  await world.background(null, ['sh', '-c', 'exec 9</run/netns/p.a; echo held; sleep 8'], 'held');
  const { status, stderr } = world.topo(['destroy', '--yes', file]);
  expect(stderr).not.toContain('lives on');
  expect(status).toBe(0);
});
