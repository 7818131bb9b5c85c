/** UDP flows that are under way when the port that they go to changes: its sender goes on from one and the same port. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_CHANGES } from '../../examples/example.js';
import { destroyPlan } from '../promises/crash.js';
import { KILLED, killAfter, operationsOf, planOf } from '../promises/program.js';
import { World } from '../world.js';

const lab = (first: string, second = '[]'): string => `
name: flows
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'] }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ports: ${first} }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' } }, ports: ${second} }
`;
const PORT = "['5353:53/udp']";

/**
 * Sends numbers from one port, one every few milliseconds. A line of its input asks what comes of the next one that it sends: the
 * answer, how many were lost before one was answered, or `nothing` when there was none to many.
 */
const SENDER = `
const [, type, address, port] = process.argv;
const socket = require('dgram').createSocket({ type, ipv6Only: type === 'udp6' });
let sent = 0;
let asked = [];
const tell = (isTold, text) => asked = asked.filter((first) => !isTold(first) || void console.log(text(first)));
socket.on('message', (message) => {
  const [, answer, number] = /^(.*) (\\d+)\\n$/.exec(message);
  tell((first) => number >= first, (first) => answer + (number > first ? ' behind ' + (number - first) + ' without an answer' : ''));
});
socket.on('error', () => undefined);
process.stdin.on('data', () => asked.push(sent + 1));
const send = () => {
  socket.send(String(++sent), Number(port), address);
  tell((first) => sent - first > 60, () => 'nothing');
};
socket.bind(45454, () => { setInterval(send, 10); console.log('ready'); });
`;

class Sender {
  private readonly waiting: ((line: string) => void)[] = [];
  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) this.waiting.shift()?.(line);
    });
  }

  static async start(world: World, netns: string | null, type: string, address: string, port = 5353): Promise<Sender> {
    const command = [process.execPath, '-e', SENDER, type, address, String(port)];
    return new Sender(await world.background(netns, command, 'ready'));
  }

  /** What comes of the first datagram that is sent from now on. */
  next(): Promise<string> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.stdin?.write('next\n');
    });
  }
}

let world: World;
let senders: readonly Sender[];
const all = (): Promise<readonly string[]> => Promise.all(senders.map((sender) => sender.next()));
const apply = (text: string): string => world.mustTopo('apply', '--yes', world.file('topo.yaml', text));

beforeAll(async () => {
  world = await World.create();
  world.outside();
  apply(lab('[]'));
  await Promise.all([
    world.serve('flows.a1', 'udp:53', 'a1'),
    world.serve('flows.a2', 'udp:53', 'a2'),
    world.serve('outside', 'udp:5353', 'lan'),
  ]);
  senders = await Promise.all([
    Sender.start(world, 'outside', 'udp4', '10.99.0.2'),
    Sender.start(world, 'outside', 'udp6', 'fd99::2'),
    Sender.start(world, null, 'udp4', '127.0.0.1'),
  ]);
});
afterAll(() => world.dispose());

describe('a flow that goes on', () => {
  it('begins to arrive when its port is published', async () => {
    expect(await all()).toEqual(['nothing', 'nothing', 'nothing']);
    apply(lab(PORT));
    expect(await all()).toEqual(['a1 peer=10.99.0.1', 'a1 peer=fd99::1', 'a1 peer=10.61.0.1']);
  });

  it('moves to the node that its port leads to now', async () => {
    apply(lab('[]', PORT));
    expect(await all()).toEqual(['a2 peer=10.99.0.1', 'a2 peer=fd99::1', 'a2 peer=10.61.0.1']);
    apply(lab(PORT));
    expect(await all()).toEqual(['a1 peer=10.99.0.1', 'a1 peer=fd99::1', 'a1 peer=10.61.0.1']);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('would not move by the rules alone', async () => {
    world.must(`nft flush chain inet topo_flows published`);
    expect(await senders[0]!.next()).toBe('a1 peer=10.99.0.1');
    apply(lab(PORT));
  });

  it('moves by the commands of plan --format shell, too', async () => {
    world.file('topo.yaml', lab('[]', PORT));
    const script = world.file('script.sh', world.mustTopo('plan', '--format', 'shell'));
    world.must(`sh ${script}`);
    expect(await all()).toEqual(['a2 peer=10.99.0.1', 'a2 peer=fd99::1', 'a2 peer=10.61.0.1']);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it.each([1, 2, 3])(
    'moves when an apply was killed after %i of the operations for it, on to the new node and back to the old one',
    async (k) => {
      apply(lab(PORT));
      expect(await all()).toEqual(['a1 peer=10.99.0.1', 'a1 peer=fd99::1', 'a1 peer=10.61.0.1']);
      const before = operationsOf(planOf(world, world.file('topo.yaml', lab('[]', PORT))));
      expect(before).toBe(3);
      expect(killAfter(world, k, 'apply', '--yes', 'topo.yaml')).toBe(KILLED);
      await sleep(100);
      apply(lab('[]', PORT));
      expect(await all()).toEqual(['a2 peer=10.99.0.1', 'a2 peer=fd99::1', 'a2 peer=10.61.0.1']);
      expect(world.mustTopo('plan')).toBe(NO_CHANGES);
      world.file('topo.yaml', lab(PORT));
      killAfter(world, k, 'apply', '--yes', 'topo.yaml');
      apply(lab('[]', PORT));
      expect(await all()).toEqual(['a2 peer=10.99.0.1', 'a2 peer=fd99::1', 'a2 peer=10.61.0.1']);
    },
  );

  it('begins to arrive when the apply that published its port was killed behind the rules', async () => {
    apply(lab('[]'));
    expect(await all()).toEqual(['nothing', 'nothing', 'nothing']);
    world.file('topo.yaml', lab(PORT));
    expect(killAfter(world, 1, 'apply', '--yes', 'topo.yaml')).toBe(KILLED);
    apply(lab(PORT));
    expect(await all()).toEqual(['a1 peer=10.99.0.1', 'a1 peer=fd99::1', 'a1 peer=10.61.0.1']);
  });

  it('through the host to the same port elsewhere is left alone', async () => {
    const through = await Sender.start(world, 'flows.a1', 'udp4', '10.99.0.1');
    expect(await through.next()).toBe('lan peer=10.99.0.2');
    // By its ports: an answer of the server to the sender outside, on its way while that flow is forgotten, has an entry of its own.
    const flow = '--orig-src 10.61.0.2 --orig-dst 10.99.0.1 --orig-port-src 45454 --orig-port-dst 5353';
    const entry = (): string => /id=\d+/.exec(world.must(`conntrack -L -p udp ${flow} -o id 2>/dev/null`))?.[0] ?? '';
    const before = entry();
    expect(before).toMatch(/^id=/);
    apply(lab(PORT));
    apply(lab('[]'));
    expect(entry()).toBe(before);
  });

  it('is refused when its port is not published any more, nor with the lab gone', async () => {
    expect(await all()).toEqual(['nothing', 'nothing', 'nothing']);
    apply(lab(PORT));
    expect(await senders[0]!.next()).toBe('a1 peer=10.99.0.1');
    world.must('kill $(ip netns pids flows.a1) $(ip netns pids flows.a2)');
    // Killed behind the rules, and gone all the same.
    const rules = (): string => world.must('nft list ruleset');
    const operations = destroyPlan(world, 'topo.yaml').actions.flatMap((action) => [...action.operations, ...action.finish]);
    apply(lab(PORT));
    expect(killAfter(world, operations.findIndex(({ op }) => op === 'nft-replace') + 1, 'destroy', '--yes')).toBe(KILLED);
    expect(rules()).toMatch(/chain leaving/);
    expect(rules()).not.toMatch(/chain published/);
    world.mustTopo('destroy', '--yes');
    expect(world.must('nft list tables')).not.toContain('topo_flows');
    expect(world.must('conntrack -L -p udp --reply-src 10.61.0.2 2>/dev/null')).toBe('');
  });
});
