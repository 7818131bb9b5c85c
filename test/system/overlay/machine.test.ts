/** The machine itself is a host of a network that spans hosts: alone, and with a simulated one beside it. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const ALONE = `
name: mesh
networks: { mesh: { driver: weave, subnet: 10.44.0.0/24 } }
nodes:
  a: { networks: { mesh: 10.44.0.10 } }
  b: { networks: { mesh: 10.44.0.11 } }
`;
const BOTH = `
name: mesh
networks:
  lan: { subnet: 192.168.50.0/24 }
  mesh: { driver: weave, subnet: 10.44.0.0/24 }
hosts: { h1: { networks: { lan: 192.168.50.11 } } }
nodes:
  a: { networks: { mesh: 10.44.0.10 } }
  b: { host: h1, networks: { mesh: 10.44.0.11 } }
`;

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

test.each([
  ['alone, without a tunnel to anybody', ALONE, 0],
  ['beside a simulated host', BOTH, 1],
])('weave on the machine %s: nodes reach each other, and destroy leaves it as it was', (_where, lab, peers) => {
  const before = world.snapshot();
  world.file('topo.yaml', lab);
  world.mustTopo('apply', '--yes');
  expect(world.must('ip netns exec mesh.a ping -c 1 -W 5 10.44.0.11')).toContain('1 received');
  expect(world.must('bridge fdb show | grep -c "^00:00:00:00:00:00.* dst 192.168.50.11" || true').trim()).toBe(String(peers));
  expect(world.mustTopo('plan')).toContain(NO_CHANGES);
  world.mustTopo('destroy', '--yes');
  expect(world.snapshot()).toBe(before);
});
