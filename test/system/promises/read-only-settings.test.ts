/** Where /proc/sys cannot be written, as in many containers, that is said before the first change. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { settled } from './machine.js';

const LAB = `name: sealed
networks: { front: { subnet: 10.77.0.0/24 } }
nodes: { web: { networks: [front] } }
`;
const WHY = '/proc/sys is mounted read-only here';

let world: World;
let file: string;

beforeAll(async () => {
  world = await World.create();
  file = world.file('topo.yaml', LAB);
});
afterAll(() => world.dispose());

const seal = (): string => world.must('mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys');
async function state(): Promise<string> {
  await settled(world);
  return world.must('ip link; ip addr; sysctl net.ipv4.ip_forward; ip netns; nft list ruleset');
}

test('an apply and a destroy change nothing, a lab that needs no setting is applied', async () => {
  seal();
  const before = await state();
  const applied = world.topo(['apply', '--yes', file]);
  expect(applied.stderr).toContain(WHY);
  expect(applied.stderr).toContain(`${file}:2:`);
  expect(applied.status).toBe(1);
  expect(await state()).toBe(before);
  world.mustTopo(
    'apply',
    '--yes',
    world.file('plain.yaml', 'name: plain\nnodes: { a: {}, b: {} }\nlinks: [{ endpoints: ["a:eth1", "b:eth1"] }]\n'),
  );

  world.must('umount /proc/sys');
  world.mustTopo('apply', '--yes', file);
  seal();
  const built = await state();
  const destroyed = world.topo(['destroy', '--yes', file]);
  expect(destroyed.stderr).toContain(WHY);
  expect(destroyed.status).toBe(1);
  expect(await state()).toBe(built);
});
