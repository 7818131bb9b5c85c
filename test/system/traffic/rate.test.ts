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
