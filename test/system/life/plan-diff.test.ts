/** `plan --format diff`, of a kernel. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../world.js';

const FILE = `name: shop
networks: { front: { subnet: 172.28.0.0/24 } }
nodes:
  web: { networks: { front: 172.28.0.10 }, exec: [{ command: "true", env: { KEY: sesame } }] }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', FILE);
});
afterAll(() => world.dispose());

const diff = (...more: readonly string[]): string => world.mustTopo('plan', '--format', 'diff', ...more);

it('is of files that are new, then empty, then what drifted, and in the end of files that go', () => {
  const first = diff();
  // The host's ip_forward is there, and 0.
  expect(first.match(/^(---|\+\+\+) .*$/gm)).toEqual([
    '--- observed/host.yaml',
    '+++ desired/host.yaml',
    '--- /dev/null',
    '+++ desired/shop.web.yaml',
  ]);
  expect(first).not.toContain('sesame');
  expect(diff('--show-sensitive')).toContain('+    KEY: sesame\n');
  world.mustTopo('apply', '--yes');
  expect(diff()).toBe('');
  world.must('ip -n shop.web link set dev eth0 mtu 1400');
  world.must('ip -n shop.web addr add 10.9.9.9/32 dev eth0');
  const drift = diff();
  expect(drift).toContain('\n-  mtu: 1400\n');
  expect(drift).toContain('\n+  mtu: 1500\n');
  expect(drift).toContain('\n-address 10.9.9.9/32 on shop.web:eth0:');
  expect(drift).not.toContain('host.yaml');
  expect(diff()).toBe(drift);
  expect(world.topo(['plan', '--format', 'diff', '--detailed-exitcode']).status).toBe(2);
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', FILE.replace(/ {2}web.*\n/, '  {}\n').replace('nodes:\n  {}', 'nodes: {}'));
  expect(diff()).toContain('--- observed/shop.web.yaml\n+++ /dev/null\n');
  world.mustTopo('destroy', '--yes');
});
