/** Killed at any system call that makes or removes something below a folder, no folder stays of which nobody knows whose it was (GUARANTEES.md, G4). */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN, sampleOf } from '../../thoroughness.js';
import { TOPO, World } from '../world.js';
import { mustApply, mustLeave, stateOf } from './crash.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const LAB = `name: p
networks: { lan: { subnet: 10.9.8.0/24 } }
nodes:
  a: { networks: [lan], run: ['sleep 1001', 'sleep 1002'] }
  guest: { network_mode: 'node:a', run: ['sleep 1003'] }
`;

const CALLS = 'mkdir,rename,rmdir,symlink,unlink,unlinkat';

/** Under strace, with these arguments for it; gives the exit status and the calls of the program's own thread. */
function traced(args: string, command: string): { readonly status: number; readonly calls: readonly string[] } {
  const trace = world.file('trace', '');
  const { status } = world.sh(`exec strace -qq -o ${trace} -e trace=${CALLS} ${args} ${process.execPath} ${TOPO} ${command}`);
  return { status, calls: [...readFileSync(trace, 'utf8').matchAll(/^(\w+)\(/gm)].map(([, name]) => name!) };
}

const KILLS = 6;

test.each(['apply', 'destroy'])(
  `%s, killed at each of them: a destroy leaves nothing (${DRAWN})`,
  (command) => {
    const file = world.file('topo.yaml', LAB);
    // The folder of the lock is made by the first apply, and stays.
    mustApply(world, file, 'before');
    world.mustTopo('destroy', '--yes', file);
    const baseline = stateOf(world);
    const begin = (): void => {
      if (command === 'destroy') mustApply(world, file, 'before');
    };
    begin();
    const { calls } = traced('', `${command} --yes ${file}`);
    mustLeave(world, file, baseline, `of a whole ${command}`);
    expect(calls).toContain(command === 'apply' ? 'mkdir' : 'rmdir');
    const moments = calls.map((call, i) => ({ call, times: calls.slice(0, i + 1).filter((one) => one === call).length }));
    const chosen = sampleOf(moments, KILLS, ({ call }) => call);
    for (const { call, times } of chosen) {
      begin();
      // The process ends before the call is made.
      const { status } = traced(`-e inject=${call}:signal=KILL:when=${times}`, `${command} --yes ${file}`);
      expect(status).not.toBe(0);
      mustLeave(world, file, baseline, `of ${command} killed at ${call} ${times} of ${calls.join(', ')}`);
    }
    tried(chosen.length);
  },
  600_000,
);
