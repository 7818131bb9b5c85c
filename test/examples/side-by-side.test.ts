/** All examples on one machine at once: none is in another's way, and the last one puts the host's forwarding back. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { probe } from '../system/traffic/probe.js';
import { ROOT, TESTED_ELSEWHERE, World } from '../system/world.js';
import { NO_CHANGES, pathOf, planned } from './example.js';

const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .filter((name) => !TESTED_ELSEWHERE.includes(name))
  .sort();

/** One thing that works as long as the example is there. */
const ALIVE: { readonly [example: string]: readonly [netns: string, to: string] } = {
  'bgp-clos': ['bgp-clos.host1', 'ping 10.1.0.1'],
  calico: ['calico.web1', 'ping 10.0.1.1'],
  'docker-bridge': ['ns1', 'ping 10.99.0.1'],
  'dual-homed-proxy': ['dual-homed-proxy.client', 'ping 10.99.0.1'],
  'dual-stack': ['dual-stack.client', 'ping fd99::1'],
  'first-lab': ['first-lab.client', 'ping 10.20.2.80'],
  flannel: ['flannel.web', 'ping 10.244.3.10'],
  'joined-node': ['joined-node.client', 'ping 10.35.0.10'],
  'macvlan-lan': ['macvlan-lan.web', 'ping 192.168.60.202'],
  'ospf-square': ['ospf-square.host1', 'ping 10.40.1.1'],
  shop: ['shop.web', 'ping api1'],
  'routed-chain': ['routed-chain.a', 'ping 10.30.255.4'],
  'two-hosts': ['two-hosts.web1', 'ping 10.36.0.20'],
  variables: ['variables.one', 'ping 10.99.0.1'],
  'vxlan-two-hosts': ['vxlan-two-hosts.web', 'ping 10.32.0.20'],
  'weave-mesh': ['weave-mesh.web', 'ping 10.32.0.30'],
};

/** Neither the order in which they came nor its reverse; those that need the host's forwarding are not all last. */
const ORDER = [
  'bgp-clos',
  'calico',
  'weave-mesh',
  'flannel',
  'two-hosts',
  'macvlan-lan',
  'dual-stack',
  'dual-homed-proxy',
  'docker-bridge',
  'routed-chain',
  'variables',
  'shop',
  'ospf-square',
  'vxlan-two-hosts',
  'joined-node',
  'first-lab',
];

/** Nobody is left who needs them: the next apply, or the last destroy, puts them back. */
const NOT_NEEDED = ['-sysctl:host/net.ipv4.ip_forward', '-sysctl:host/net.ipv6.conf.all.forwarding'];

const needForwarding = (examples: readonly string[]): boolean =>
  examples.some((example) => !['bgp-clos', 'calico', 'first-lab', 'ospf-square', 'routed-chain'].includes(example));

let world: World;
let before: string;

beforeAll(async () => {
  world = await World.create();
  world.outside();
  before = world.snapshot();
  for (const example of EXAMPLES) world.mustTopo('apply', '--yes', pathOf(example));
}, 180_000);
afterAll(() => world.dispose());

async function alive(examples: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(examples.map((example) => probe(world, ...ALIVE[example]!)));
  return examples.filter((_example, i) => answers[i] === 'answer');
}

const forwarding = (): string => world.must('sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding').replaceAll('\n', ' ').trim();

describe('all examples at once', () => {
  it('are all known here', () => {
    expect(Object.keys(ALIVE).sort()).toEqual(EXAMPLES);
    expect([...ORDER].sort()).toEqual(EXAMPLES);
  });

  it('work, are listed, and are in sync', async () => {
    expect(await alive(EXAMPLES)).toEqual(EXAMPLES);
    const { stdout } = world.topo(['list']);
    expect(
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(EXAMPLES);
    for (const example of EXAMPLES) expect(world.mustTopo('plan', pathOf(example))).toBe(NO_CHANGES);
    expect(forwarding()).toBe('1 1');
  });

  it.each(ORDER.map((example, i) => ({ example, rest: ORDER.slice(i + 1) })))(
    'without $example the others go on: $rest',
    async ({ example, rest }) => {
      world.mustTopo('destroy', '--yes', pathOf(example));
      expect(await alive(rest)).toEqual(rest);
      for (const other of rest) expect(planned(world, pathOf(other))).toEqual(needForwarding(rest) ? [] : NOT_NEEDED);
      expect(forwarding()).toBe(rest.length === 0 ? '0 0' : '1 1');
    },
  );

  it('leave the machine as it was', () => {
    expect(world.snapshot()).toBe(before);
  });
});
