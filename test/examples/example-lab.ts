import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../system/world.js';
import { NO_CHANGES, pathOf } from './example.js';

interface ExampleLab {
  world(): World;
  /** Declares the tests of the end; to be called last, for there is no lab afterwards. */
  testDestroy(): void;
}

/**
 * A machine on which the example is applied, with another machine on its LAN; what every example has to do is tested: a second
 * plan is empty, status is in sync, and destroy leaves the machine as it was, to the byte.
 */
export function exampleLab(example: string, prepare: (world: World) => Promise<void>): ExampleLab {
  const file = pathOf(example);
  let world: World;
  let before: string;

  beforeAll(async () => {
    world = await World.create();
    world.outside();
    before = world.snapshot();
    world.mustTopo('apply', '--yes', file);
    await prepare(world);
  }, 60_000);
  afterAll(() => world.dispose());

  it('has nothing left to plan', () => {
    expect(world.topo(['plan', '--detailed-exitcode', file])).toMatchObject({ status: 0, stdout: NO_CHANGES });
    expect(world.topo(['status', file]).status).toBe(0);
  });

  const testDestroy = (): void => {
    it('is gone after destroy, to the byte; and applied again it is the same', () => {
      for (const name of world.must('ls /run/netns').split('\n').filter(Boolean)) world.sh(`kill $(ip netns pids ${name})`);
      world.mustTopo('destroy', '--yes', file);
      world.sh('ip -n outside route flush root 10.0.0.0/8 proto boot');
      expect(world.snapshot()).toBe(before);
      world.mustTopo('apply', '--yes', file);
      expect(world.mustTopo('plan', file)).toBe(NO_CHANGES);
    });
  };
  return { world: () => world, testDestroy };
}
