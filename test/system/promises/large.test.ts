/** A lab of hundreds of nodes, whose namespaces another thread reads while the file is parsed: what is seen is the same. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { command } from './program.js';

const NODES = 200;

const nodes = Array.from({ length: NODES }, (_, i) => `  n${i}: { networks: { lan: 10.40.0.${i + 2} } } # ${'.'.repeat(20)}`);
const LAB = [
  'name: large',
  'networks: { lan: { subnet: 10.40.0.0/24 } }',
  'nodes:',
  '  set: { sysctls: { net.ipv4.tcp_syncookies: 2 } }',
  ...nodes,
  '',
].join('\n');

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes', '--quiet');
  world.must('ip netns add foreign && ip netns add empty && umount /run/netns/empty');
  world.file('other.yaml', LAB.replace('name: large', 'name: other').replace('10.40.0.0/24', '10.41.0.0/24').replaceAll('10.40', '10.41'));
});
afterAll(() => world.dispose());

const planned = (): readonly string[] =>
  (JSON.parse(world.mustTopo('plan', '--json', 'topo.yaml')) as { actions: readonly { action: string; id: string }[] }).actions.map(
    ({ action, id }) => `${action} ${id}`,
  );

/** How often each thread of the program entered a namespace, the program's own first. */
function entered(...args: readonly string[]): readonly number[] {
  world.must(`strace -f -qq -o trace -e trace=setns ${command(...args)}`);
  const threads = readFileSync(join(world.directory, 'trace'), 'utf8').trim().split('\n');
  const counts = new Map<string, number>();
  for (const line of threads) {
    const [thread = ''] = line.split(' ');
    if (line.includes('setns(')) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  return [...counts.values()].sort((a, b) => a - b);
}

describe('the plan of a large lab', () => {
  it('is empty after apply, and another thread took part in reading the namespaces', () => {
    expect(world.mustTopo('plan', 'topo.yaml')).toBe(NO_CHANGES);
    const [own = 0, other = 0] = entered('plan', 'topo.yaml');
    expect(Math.min(own, other)).toBeGreaterThan(0);
    expect(Math.max(own, other)).toBeGreaterThan(NODES / 3);
    // Each once, but for the one with a setting, those that are nobody's, and the ways home.
    expect(own + other).toBeLessThan(NODES + 50);
  });

  it.each([
    ['a link', 'ip -n large.n7 link set eth0 mtu 1400', ['update veth:large.n7/eth0']],
    ['an address', 'ip -n large.n8 addr add 10.9.9.9/24 dev eth0', ['delete address:large.n8/eth0/10.9.9.9/24']],
    ['a setting', 'ip netns exec large.set sysctl -qw net.ipv4.tcp_syncookies=1', ['update sysctl:large.set/net.ipv4.tcp_syncookies']],
    ['forwarding', 'ip netns exec large.n9 sysctl -qw net.ipv4.ip_forward=1', ['update netns:large.n9']],
  ])('shows drift of %s', (_what, drift, seen) => {
    world.must(drift);
    expect(planned()).toEqual(seen);
    world.mustTopo('apply', '--yes', '--quiet');
    expect(planned()).toEqual([]);
  });

  it('shows a namespace that is gone', () => {
    world.must('ip netns delete large.n10');
    expect(planned()).toContain('create netns:large.n10');
    world.mustTopo('apply', '--yes', '--quiet');
    expect(planned()).toEqual([]);
  });

  it('of another name is not mistaken for it', () => {
    expect(world.mustTopo('plan', 'other.yaml')).toContain('Plan: ');
    expect(world.topo(['status', 'topo.yaml']).status).toBe(0);
  });
});
