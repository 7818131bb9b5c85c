/** What is reached from other networks, as the rules in the kernel have it: a plan tells where that changes. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';
import type { PlanDocument } from '../../../src/report/plan-json.js';

const lab = (a: string, b: string, i: string): string => `name: open
networks:
  a: { subnet: 10.71.1.0/24${a} }
  b: { subnet: 10.72.1.0/24${b} }
  i: { subnet: 10.73.1.0/24${i} }
  r: { subnet: 10.74.1.0/24, gateway: k }
nodes:
  n: { networks: { a: 10.71.1.10 } }
  m: { networks: { b: 10.72.1.10 } }
  k: { networks: { i: 10.73.1.10, r: 10.74.1.10 } }
`;
const OPEN = ', isolated: false';

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab('', OPEN, ', internal: true')));
});
afterAll(() => world.dispose());

const networks = (): readonly string[] =>
  ((JSON.parse(world.mustTopo('plan', '--json')) as PlanDocument).networks ?? []).map(({ change, network }) => `${change} ${network}`);

it.each([
  ['as they are', lab('', OPEN, ', internal: true'), []],
  ['the other way round', lab(OPEN, '', ', internal: true'), ['opened a', 'closed b']],
  ['all of them', lab(OPEN, OPEN, OPEN), ['opened a', 'opened i']],
  ['one that goes', lab('', OPEN, '').replace(/^.*10\.72.*\n/gm, ''), ['closed b']],
])('%s', (_what, text, expected) => {
  world.file('topo.yaml', text);
  expect(networks()).toEqual(expected);
});

it('it is so for packets, and where somebody has deleted the rules, all are told to be closed again', async () => {
  world.file('topo.yaml', lab('', OPEN, ', internal: true'));
  await Promise.all([world.serve('open.n', 80, 'n'), world.serve('open.m', 80, 'm')]);
  expect(await probe(world, 'open.n', 'http://10.72.1.10')).toMatch(/^m/);
  expect(await probe(world, 'open.m', 'http://10.71.1.10')).toBe('timeout');
  world.must('nft delete table inet topo_open');
  expect(networks()).toEqual(['closed a', 'closed i']);
});

/** Of each line of its input it sends a datagram from one and the same port, and tells whether there is an answer. */
const ASKER = `
const socket = require('dgram').createSocket('udp4');
let told = false;
const tell = (text) => { if (!told) console.log(text); told = true; };
socket.on('message', () => tell('answer'));
process.stdin.on('data', () => { told = false; socket.send('1', 53, '10.72.1.10'); setTimeout(tell, 500, 'nothing'); });
socket.bind(4500, () => console.log('ready'));
`;

it('what is open goes on where a network is closed, until it is internal', async () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab('', OPEN, ', internal: true')));
  await world.serve('open.m', 'udp:53', 'm');
  const asker = await world.background('open.n', [process.execPath, '-e', ASKER], 'ready');
  const ask = (): Promise<string> =>
    new Promise((resolve) => {
      asker.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      asker.stdin?.write('ask\n');
    });
  expect(await ask()).toBe('answer');
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab('', '', ', internal: true')));
  expect(await probe(world, 'open.n', 'udp 10.72.1.10:53')).toBe('timeout');
  expect(await ask()).toBe('answer');
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab('', ', internal: true', ', internal: true')));
  expect(await ask()).toBe('nothing');
});

it('nodes of a calico network are reached by whoever has a route there: a plan tells so, and when that ends', async () => {
  const calico = (internal: boolean): string => `name: routed
networks:
  lan: { subnet: 192.168.50.0/24, gateway: none }
  pods: { driver: calico, subnet: 10.244.0.0/16, underlay: lan, internal: ${internal}, policy: [{ to: { app: shut }, from: [] }] }
hosts: { h1: { networks: { lan: 192.168.50.11 } } }
nodes:
  a: { host: h1, networks: { pods: 10.244.1.5 } }
  b: { host: h1, networks: { pods: 10.244.1.6 }, labels: { app: shut } }
  client: { networks: { lan: 192.168.50.99 }, routes: [{ to: 10.244.1.0/26, via: 192.168.50.11 }] }
`;
  const planned = (internal: boolean): PlanDocument =>
    JSON.parse(world.mustTopo('plan', '--json', world.file('calico.yaml', calico(internal)))) as PlanDocument;
  const routed = { network: 'pods', routed: true };
  const text = 'all ports of the nodes on pods that no policy is for, from machines with a route there';
  expect(planned(false).networks).toEqual([{ change: 'opened', ...routed, text }]);
  world.mustTopo('apply', '--yes', 'calico.yaml');
  await Promise.all(['a', 'b'].map((node) => world.serve(`routed.${node}`, 81, node)));
  const reached = (): Promise<readonly string[]> =>
    Promise.all(['http://10.244.1.5:81', 'http://10.244.1.6:81'].map((to) => probe(world, 'routed.client', to)));
  expect(await reached()).toEqual(['a sees 192.168.50.99', 'timeout']);
  expect(planned(false).networks).toBeUndefined();
  const withoutRules = 'ip netns exec routed.h1 nft delete table inet topo_routed';
  world.must(withoutRules);
  expect(await reached()).toEqual(['a sees 192.168.50.99', 'b sees 192.168.50.99']);
  expect(planned(false)).toMatchObject({ summary: { add: 1 } });
  expect(planned(false).networks).toBeUndefined();
  world.mustTopo('apply', '--yes', world.file('calico.yaml', calico(false)));
  expect(planned(true).networks).toEqual([{ change: 'closed', ...routed, text }]);
  world.mustTopo('apply', '--yes', 'calico.yaml');
  expect(await reached()).toEqual(['timeout', 'timeout']);
  expect(planned(false).networks).toEqual([{ change: 'opened', ...routed, text }]);
  world.must(withoutRules);
  expect(await reached()).toEqual(['timeout', 'timeout']);
  expect(planned(true).networks).toBeUndefined();
});
