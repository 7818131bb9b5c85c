/** A lab that runs is the one that its file, written down by `topo pin`, asks for. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../world.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

it('leaves nothing to do, and a node more leaves all others where they are', () => {
  world.file(
    'topo.yaml',
    'name: lab\nnetworks: { front: {}, back: { internal: true } }\nnodes:\n  a: { networks: [front, back] }\n  b: { networks: [back] }\n',
  );
  world.mustTopo('apply', '--yes');
  const address = (): string => world.must('ip -n lab.a -br addr show dev eth0');
  const before = address();
  world.mustTopo('pin');
  const text = world.must('cat topo.yaml');
  expect(text.match(/10\.\d+\.\d+\.\d+/g)).toHaveLength(5);
  expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes.');
  world.file('topo.yaml', text.replace('nodes:\n', 'nodes:\n  z: { networks: [front] }\n'));
  world.mustTopo('apply', '--yes');
  expect(address()).toBe(before);
  world.mustTopo('destroy', '--yes');
});
