/** UDP flows out of a network that are under way when it is masqueraded otherwise: their senders go on from one and the same port. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { NO_CHANGES } from '../../examples/example.js';
import { KILLED, killAfter } from '../promises/program.js';
import { World } from '../world.js';

const lab = (settings: string): string => `name: out
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], ${settings} }
  b: { subnet: 10.62.0.0/24 }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } } }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' } } }
  b1: { networks: { b: 10.62.0.2 } }
`;

/** Sends one every few milliseconds; a line of its input asks what comes of those that it sends from now on. */
const SENDER = `
const [, type, address] = process.argv;
const socket = require('dgram').createSocket({ type, ipv6Only: type === 'udp6' });
let [sent, first] = [0, Infinity];
const tell = (text) => { first = Infinity; console.log(text); };
socket.on('message', (message) => {
  const [, answer, number] = /^(.*) (\\d+)\\n$/.exec(message);
  if (Number(number) > first) tell(answer);
});
socket.on('error', () => undefined);
process.stdin.on('data', () => (first = sent));
setInterval(() => { socket.send(String(++sent), 5353, address, () => undefined); if (sent - first > 60) tell('nothing'); }, 10);
socket.bind(45454, () => console.log('ready'));
`;

let world: World;
let senders: Readonly<Record<'four' | 'six' | 'other' | 'neighbour', ChildProcess>>;
const apply = (settings: string): string => world.mustTopo('apply', '--yes', world.file('topo.yaml', lab(settings)));

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.must('ip addr add 10.99.0.22/24 dev lan0; ip addr add 10.99.0.23/24 dev lan0');
  world.must('ip -n outside route add 10.61.0.0/24 via 10.99.0.2; ip -n outside route add fd61::/64 via fd99::2');
  apply('');
  await Promise.all([world.serve('outside', 'udp:5353', 'lan'), world.serve('out.a1', 'udp:5353', 'a1')]);
  const start = (node: string, type: string, address: string): Promise<ChildProcess> =>
    world.background(`out.${node}`, [process.execPath, '-e', SENDER, type, address], 'ready');
  senders = {
    four: await start('a1', 'udp4', '10.99.0.1'),
    six: await start('a1', 'udp6', 'fd99::1'),
    other: await start('b1', 'udp4', '10.99.0.1'),
    neighbour: await start('a2', 'udp4', '10.61.0.2'),
  };
});
afterAll(() => world.dispose());

async function seen(name: keyof typeof senders): Promise<string> {
  const sender = senders[name];
  const told = once(sender.stdout!, 'data');
  sender.stdin!.write('now\n');
  return String((await told)[0])
    .trim()
    .replace('lan peer=', '');
}
const both = async (): Promise<readonly string[]> => [await seen('four'), await seen('six')];
const entryOf = (source: string): string =>
  /id=\d+/.exec(world.must(`conntrack -L -p udp --orig-src ${source} -o id 2>/dev/null`))?.[0] ?? '';

const CHANGES: readonly (readonly [settings: string, four: string, six: string])[] = [
  ['masquerade: 10.99.0.22', '10.99.0.22', 'fd99::2'],
  ['masquerade: 10.99.0.23', '10.99.0.23', 'fd99::2'],
  ['masquerade: false', '10.61.0.2', 'fd61::2'],
  ['masquerade: true', '10.99.0.2', 'fd99::2'],
  ['internal: true', 'nothing', 'nothing'],
  ['', '10.99.0.2', 'fd99::2'],
];

describe('a flow that goes on', () => {
  it.each(CHANGES)('has the address that its network gets: %s', async (settings, four, six) => {
    const other = entryOf('10.62.0.2');
    apply(settings);
    expect(await both()).toEqual([four, six]);
    expect(await seen('neighbour')).toBe('a1 peer=10.61.0.3');
    // That of another network is the same flow as before.
    expect(await seen('other')).toBe('10.99.0.2');
    expect(entryOf('10.62.0.2')).toBe(other);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('is left alone by a change of other rules', async () => {
    await both();
    const before = entryOf('10.61.0.2');
    expect(before).toMatch(/^id=/);
    apply('isolated: false');
    apply('');
    expect(entryOf('10.61.0.2')).toBe(before);
  });

  it.each([1, 2, 3])('has it though the apply was killed after %i of the operations for it', async (k) => {
    for (const [settings, four, six] of [CHANGES[2]!, CHANGES[3]!, CHANGES[0]!]) {
      world.file('topo.yaml', lab(settings));
      killAfter(world, k, 'apply', '--yes', 'topo.yaml');
      apply(settings);
      expect(await both()).toEqual([four, six]);
      expect(world.must('nft list table inet topo_out')).not.toContain('leaving');
    }
  });

  it('has that of before where a killed apply is not finished, but taken back', async () => {
    apply('');
    world.file('topo.yaml', lab('masquerade: false'));
    expect(killAfter(world, 2, 'apply', '--yes', 'topo.yaml')).toBe(KILLED);
    expect(await both()).toEqual(['10.61.0.2', 'fd61::2']);
    apply('');
    expect(await both()).toEqual(['10.99.0.2', 'fd99::2']);
  });

  it('has it by the commands of plan --format shell, too', async () => {
    world.file('topo.yaml', lab('masquerade: 10.99.0.22'));
    world.must(`sh ${world.file('script.sh', world.mustTopo('plan', '--format', 'shell'))}`);
    expect(await both()).toEqual(['10.99.0.22', 'fd99::2']);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});
