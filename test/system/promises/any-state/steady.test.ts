/**
 * What need not change is not touched: packets between two nodes arrive, one a millisecond, and so does what goes through a published port on one
 * connection, whatever happens beside them.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DRAWN, LONG, SEED } from '../../../thoroughness.js';
import { ROOT } from '../../world.js';
import { indexes, picture } from '../machine.js';
import { anyLab } from './labs.js';
import { LabMachine } from './lab-machine.js';

interface Lab {
  readonly networks?: object;
  readonly hosts?: object;
  readonly nodes?: object;
  readonly links?: readonly object[];
}

const PORT = 18099;
const ECHO = `require('net').createServer((s) => s.pipe(s)).listen(80, () => console.log('listening'))`;

/** A lab with two nodes more. */
const withSteady = (lab: Lab): string =>
  JSON.stringify({
    ...lab,
    name: 'any',
    networks: { ...lab.networks, steady: { subnet: '10.60.0.0/24' } },
    nodes: {
      ...lab.nodes,
      s1: { networks: { steady: '10.60.0.10' }, ports: [`${PORT}:80`] },
      s2: { networks: { steady: '10.60.0.20' } },
    },
  });

let machine: LabMachine;
let flow: ChildProcess;

interface Flow {
  readonly sent: number;
  readonly back: number;
  readonly open: boolean;
}

/** All that has been sent so far has come back. */
async function flowing(): Promise<Flow> {
  const answered = once(flow.stdout!, 'data');
  flow.stdin!.write('\n');
  const now = JSON.parse(String((await answered)[0])) as Flow;
  expect(now.open).toBe(true);
  return now;
}

beforeAll(async () => {
  machine = await LabMachine.create();
});
afterAll(() => machine.world.dispose());

const steadyLinks = (): readonly string[] =>
  Object.entries(indexes(picture(machine.world, 'brief')))
    .filter(([place]) => /^any\.s[12]\//.test(place))
    .map(([place, index]) => `${place} ${index}`);

/** Applies, with packets under way all the time. */
async function change(text: string): Promise<void> {
  const { world } = machine;
  const file = world.file('topo.yaml', text);
  const links = steadyLinks();
  const before = await flowing();
  const ping = await world.background('any.s1', ['ping', '-n', '-i', '0.001', '-s', '8', '10.60.0.20'], 'bytes from');
  let said = '';
  const ended = new Promise((resolve) => ping.on('close', resolve));
  ping.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await machine.mustTopo('apply', '--yes', '--quiet', file);
  world.must('pkill -INT ping');
  await ended;
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(said) ?? [];
  // The last one may have had no time.
  expect(Number(sent) - Number(received)).toBeLessThanOrEqual(1);
  expect(Number(received)).toBeGreaterThan(10);
  expect(steadyLinks()).toEqual(links);
  const now = await flowing();
  expect(now.sent).toBeGreaterThan(before.sent);
  // A segment that the kernel had to send again may have had no time.
  for (let tries = 0; (await flowing()).back < now.sent; tries++) {
    expect(tries).toBeLessThan(100);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const RED = { red: { subnet: '10.61.0.0/24' } };
const FLANNEL: Lab = {
  networks: { under: { subnet: '10.80.0.0/24' }, span: { driver: 'flannel' } },
  hosts: { h1: { networks: { under: '10.80.0.11' } }, h2: { networks: { under: '10.80.0.12' } } },
  nodes: { p: { host: 'h1', networks: ['span'] }, q: { host: 'h2', networks: ['span'] } },
};

/** One after the other. */
const CHANGES: Readonly<Record<string, Lab>> = {
  'a network and a node more': { networks: RED, nodes: { a: { networks: ['red'] } } },
  'a port published': { networks: RED, nodes: { a: { networks: ['red'], ports: ['8080:80'] } } },
  'a node of the same network more': { networks: RED, nodes: { a: { networks: ['red', 'steady'] } } },
  'another MTU of another network': {
    networks: { red: { subnet: '10.61.0.0/24', mtu: 1400 } },
    nodes: { a: { networks: ['red', 'steady'] } },
  },
  'another subnet of another network': { networks: { red: { subnet: '10.62.0.0/24' } }, nodes: { a: { networks: ['red', 'steady'] } } },
  'a node that leaves the network': { networks: RED, nodes: { a: { networks: ['red'] } } },
  'internal, without masquerading': { networks: { red: { internal: true } }, nodes: { a: { networks: ['red'] } } },
  'icc: false': { networks: { red: { icc: false } }, nodes: { a: { networks: ['red'] }, b: { networks: ['red'] } } },
  'a cable': { nodes: { a: {}, b: {} }, links: [{ endpoints: ['a:x', 'b:x'] }] },
  'a process': { nodes: { a: { run: [{ command: ['sleep', '100001'] }] } } },
  'a routing daemon': {
    nodes: { a: { forwarding: true, routing: { router_id: '192.0.2.1', static: [{ to: '10.97.0.0/16', type: 'blackhole' }] } } },
  },
  'a node on a LAN': {
    networks: { wire: { driver: 'macvlan', parent: 'lan0', subnet: '10.99.0.0/24' } },
    nodes: { u: { networks: ['wire'] } },
  },
  'a cluster': FLANNEL,
  'another driver of the cluster': {
    ...FLANNEL,
    networks: { under: { subnet: '10.80.0.0/24' }, span: { driver: 'vxlan', subnet: '10.81.0.0/24' } },
  },
  'nothing beside': {},
};

test('there is a lab', async () => {
  const { world } = machine;
  await machine.mustTopo('apply', '--yes', '--quiet', world.file('topo.yaml', withSteady({})));
  await world.background('any.s1', [process.execPath, '-e', ECHO], 'listening');
  const program = join(ROOT, 'test/system/promises/any-state/flow.mjs');
  flow = await world.background(null, [process.execPath, program, '127.0.0.1', String(PORT)], 'connected');
});

test.each(Object.entries(CHANGES))('%s', (_name, lab) => change(withSteady(lab)), 60_000);

const ANY = LONG ? 100 : 10;

test(`any ${ANY} labs, one after the other (${DRAWN})`, async () => {
  for (const text of fc.sample(anyLab, { numRuns: ANY, seed: SEED })) await change(withSteady(JSON.parse(text) as Lab));
}, 1_200_000);
