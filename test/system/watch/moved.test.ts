/** Somebody else applies what moves a node: the watch knows it by its new name, and its commands too. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { differences, Watcher } from './watcher.js';

const LAB = 'name: one\nnetworks: { n: { subnet: 10.61.0.0/24 } }\nnodes:\n  a: { networks: { n: 10.61.0.2 }, run: [exec sleep 1001] }\n';
const MOVED = `${LAB.replace('  a:', '  b:').replace('{ n: {', '{ m: {').replace('{ n: 1', '{ m: 1')}moved:
  - { from: nodes.a, to: nodes.b }
  - { from: networks.n, to: networks.m }
`;

let world: World;
beforeEach(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', MOVED);
});
afterEach(() => world.dispose());

it.each([
  ['while the watch looks', false],
  ['before it looks', true],
])(
  '%s',
  async (_, isLate) => {
    const watcher = await Watcher.start(world, []);
    await watcher.until('drift');
    const meanwhile = (change: () => void): void => {
      if (isLate) watcher.signal('STOP');
      change();
      if (isLate) watcher.signal('CONT');
    };
    for (let time = 1; time <= 3; time += 1) {
      meanwhile(() => world.mustTopo('apply', '--yes', '--confirm', '60s'));
      await watcher.until('in-sync');
      meanwhile(() => world.mustTopo('confirm', '--revert'));
      const back = await watcher.until('drift', (event) => differences(event).some((one) => one.startsWith('~ netns:one.b')));
      // As it was found at the start: nothing of it is there twice, and nothing is missing.
      expect(differences(back).filter((one) => /^[-+] (process|veth|netns|loopback|address)/.test(one))).toEqual([]);
    }
    expect(watcher.errors).toBe('');
  },
  120_000,
);

it('a node that another file of the lab has is told, though nothing here ever named it', async () => {
  const watcher = await Watcher.start(world, []);
  await watcher.until('drift');
  world.must('rm topo.yaml');
  world.file('topo.yaml', LAB);
  await watcher.until('in-sync');
  world.mustTopo('apply', '--yes', world.file('more.yaml', `${LAB}  c: {}\n`));
  await watcher.until('drift', (event) => differences(event).includes('- netns:one.c'));
}, 60_000);
