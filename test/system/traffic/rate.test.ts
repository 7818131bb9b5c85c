/** `rate` of a link: what passes in a second, in each direction, and that nothing of it is left. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { NO_CHANGES } from '../../examples/example.js';
import { ROOT, World } from '../world.js';

const TRANSFER = join(ROOT, 'test/system/traffic/transfer.mjs');
const LAB = `
name: slow
nodes: { a: {}, b: {} }
links:
  - endpoints:
      - { node: a, interface: wan, ipv4_address: 10.79.1.1/30, rate: 4mbit }
      - { node: b, interface: wan, ipv4_address: 10.79.1.2/30 }
  - endpoints:
      - { node: a, interface: up, ipv4_address: 10.79.2.1/30 }
      - { node: host, interface: slow0, ipv4_address: 10.79.2.2/30 }
    rate: 8mbit
`;
const BYTES = 1_000_000;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  for (const netns of [null, 'slow.a', 'slow.b']) await world.background(netns, [process.execPath, TRANSFER, 'serve', '900'], 'listening');
});
afterAll(() => world.dispose());

/** Milliseconds from the first byte to the answer to the last one. */
function transfer(netns: string | null, to: string): number {
  const inside = netns === null ? '' : `ip netns exec ${netns} `;
  return Number(world.must(`${inside}${process.execPath} ${TRANSFER} send ${to} 900 ${BYTES}`));
}

const FLOOD = `
const socket = require('node:dgram').createSocket('udp4');
setInterval(() => { for (let i = 0; i < 35; i += 1) socket.send(Buffer.alloc(1400), 9, '10.79.1.2'); }, 50);
process.stdin.on('end', () => process.exit()).resume();
console.log('sending');
`;

interface Count {
  readonly bytes: number;
  readonly backlog: number;
  /** Milliseconds, in the middle of reading it. */
  readonly at: number;
  /** How long reading it took. */
  readonly took: number;
}

function count(): Count {
  const start = performance.now();
  const [root] = JSON.parse(world.must('tc -n slow.a -s -j qdisc show dev wan root')) as { bytes: number; backlog: number }[];
  const took = performance.now() - start;
  return { bytes: root!.bytes, backlog: root!.backlog, at: start + took / 2, took };
}

/**
 * Bytes in a second that leave the queue, Ethernet headers included. A window counts in which the queue never ran empty, and whose
 * ends are known well enough: a busy machine keeps the sender waiting, or the reader.
 */
async function measured(): Promise<number> {
  const deadline = performance.now() + 45_000;
  for (;;) {
    const all = [count()];
    while (all.at(-1)!.at - all[0]!.at < 2_500) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      all.push(count());
    }
    const [first, last] = [all[0]!, all.at(-1)!];
    const span = last.at - first.at;
    if (all.every(({ backlog }) => backlog > 0) && first.took + last.took < span / 10) return ((last.bytes - first.bytes) / span) * 1000;
    if (performance.now() > deadline) throw new Error(`no quiet moment: ${JSON.stringify(all)}`);
  }
}

describe('rate', () => {
  // A burst goes at once, and headers take their part: 1448 bytes of 1514 are the sender's.
  const fastest = (bytesPerSecond: number): number => ((BYTES - 15_000 - 25_000) / bytesPerSecond) * 1000;

  it('of one end limits what it sends, and not what it receives', () => {
    const there = transfer('slow.a', '10.79.1.2');
    const back = transfer('slow.b', '10.79.1.1');
    expect(there).toBeGreaterThan(fastest(500_000));
    expect(there).toBeLessThan(2 * fastest(500_000));
    expect(back).toBeLessThan(there / 2);
  });

  it('of a link limits both directions, one of them from the host', () => {
    for (const ms of [transfer('slow.a', '10.79.2.2'), transfer(null, '10.79.2.1')]) {
      expect(ms).toBeGreaterThan(fastest(1_000_000));
      expect(ms).toBeLessThan(3 * fastest(1_000_000));
    }
  });

  it('is what is sent in a second, within a fifth: by the kernel’s own count, while there is always something to send', async () => {
    world.file('topo.yaml', LAB.replace('rate: 4mbit', 'rate: 1mbit'));
    world.mustTopo('apply', '--yes');
    // Eight times of what passes; the queue holds a third of a second.
    const sender = await world.background('slow.a', [process.execPath, '-e', FLOOD], 'sending');
    const perSecond = await measured();
    sender.stdin?.end();
    expect(perSecond).toBeGreaterThan(0.8 * 125_000);
    expect(perSecond).toBeLessThan(1.2 * 125_000);
  }, 60_000);

  it('changes in place, and the link stays', () => {
    const index = world.must('cat /sys/class/net/slow0/ifindex');
    world.file('topo.yaml', LAB.replace('8mbit', '80mbit').replace(', rate: 4mbit', ''));
    const events = world.mustTopo('apply', '--yes');
    expect(events).toContain('Resources: 0 added, 2 changed, 1 destroyed.');
    expect(world.must('cat /sys/class/net/slow0/ifindex')).toBe(index);
    expect(transfer('slow.a', '10.79.1.2')).toBeLessThan(fastest(500_000) / 2);
    expect(world.mustTopo('plan')).toContain(NO_CHANGES);
  });

  it('goes with the link, and leaves nothing', () => {
    world.file('topo.yaml', 'name: slow\nnodes: { a: {}, b: {} }\n');
    world.mustTopo('apply', '--yes');
    expect(world.must('tc qdisc; tc -n slow.a qdisc; tc -n slow.b qdisc')).not.toContain('tbf');
    expect(world.must('ip -br link').trim().split('\n')).toHaveLength(1);
  });

  it('is in the script too, as tc reads it', async () => {
    const other = await World.create();
    try {
      other.file('topo.yaml', LAB);
      const script = other.mustTopo('plan', '--format', 'shell');
      expect(script).toContain('tc -n slow.a qdisc replace dev wan root handle 746f: tbf rate 4mbit burst 15000b limit 40000b');
      other.must(`sh ${other.file('script.sh', script)}`);
      expect(other.mustTopo('plan')).toContain(NO_CHANGES);
    } finally {
      other.dispose();
    }
  });
});
