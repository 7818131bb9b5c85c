/** Killed at any system call that has to do with a namespace's name, no file stays of which nobody knows whose it was (GUARANTEES.md, G4). */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { TOPO, World } from '../world.js';
import { mustLeave, stateOf } from './crash.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const NAME = '/run/netns/p.a';

/** Under strace, with these arguments for it; gives the exit status and the calls that name the path. */
function traced(args: string, command: string): { readonly status: number; readonly calls: readonly string[] } {
  const trace = world.file('trace', '');
  const { status } = world.sh(`exec strace -f -qq -o ${trace} -P ${NAME} ${args} ${process.execPath} ${TOPO} ${command}`);
  const calls = [...readFileSync(trace, 'utf8').matchAll(/^\d+ +(\w+)\(/gm)].map(([, name]) => name!);
  return { status, calls };
}

test.each(['nothing', 'what a kill has left'])(
  'an apply on %s, killed at each of them: a destroy leaves nothing',
  (before) => {
    const file = world.file('topo.yaml', 'name: p\nnodes: { a: {} }\n');
    // The folder is made by the first apply, and stays.
    world.mustTopo('apply', '--yes', file);
    world.mustTopo('destroy', '--yes', file);
    const baseline = stateOf(world);
    const begin = (): void => {
      if (before !== 'nothing') world.must(`printf topo:p/a >${NAME}`);
    };
    begin();
    const { calls } = traced('', `apply --yes ${file}`);
    expect(calls).toContain('mount');
    mustLeave(world, file, baseline, 'of an apply');
    for (const [i, call] of calls.entries()) {
      begin();
      const times = calls.slice(0, i + 1).filter((one) => one === call).length;
      // The process ends before the call is made.
      const { status } = traced(`-e inject=${call}:signal=KILL:when=${times}`, `apply --yes ${file}`);
      expect(status).not.toBe(0);
      mustLeave(world, file, baseline, `of an apply killed at ${call} ${times} of ${calls.join(', ')}`);
    }
    tried(calls.length);
  },
  300_000,
);
