/** Killed at any moment, by the clock: the next command arrives, and nothing is there twice (GUARANTEES.md, G4). */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import type { World } from '../world.js';
import { killing, mustApply, mustArrive, mustLeave, mustRun, processesOf } from './crash.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { command, KILLED } from './program.js';

/** Of a command that was quicker than before nothing is left to kill: that does not count. */
const KILLS = LONG ? 1000 : 20;
/** Three each: of an apply from nothing, of a change, of a destroy. */
const MOST_ROUNDS = KILLS;

const machine = killing({ before: EVERY_KIND, after: EVERY_KIND_CHANGED });

/** What each command takes when nobody kills it, in milliseconds, and what runs behind it. */
function undisturbed(world: World, name: 'apply' | 'destroy', file: string) {
  const start = performance.now();
  world.mustTopo(name, '--yes', file);
  return { milliseconds: performance.now() - start, processes: processesOf(world) };
}

/**
 * Kills the program, and not its children, that part of the time after its start; gives whether it was still at work. One that
 * ends in the very moment has its own status.
 */
function killAt(world: World, part: number, milliseconds: number, name: string, file: string): boolean {
  const seconds = ((part * milliseconds) / 1000).toFixed(3);
  const { status } = world.sh(
    `timeout --foreground --preserve-status -s KILL ${seconds} ${command(name, '--yes', file)} >out 2>&1; exit $?`,
  );
  if (status !== KILLED && status !== 0) throw new Error(`topo ${name} ended with status ${status}\n${world.must('cat out')}`);
  return status === KILLED;
}

test(
  `killed at any moment, the next apply or destroy arrives (${DRAWN})`,
  () => {
    const { world, before, after, baseline } = machine();
    const create = undisturbed(world, 'apply', before);
    const change = undisturbed(world, 'apply', after);
    const destroy = undisturbed(world, 'destroy', after);
    const part = fc.double({ min: 0.1, max: 1, noNaN: true });
    let killed = 0;
    for (const [first, second, third] of fc.sample(fc.tuple(part, part, part), { seed: SEED, numRuns: MOST_ROUNDS })) {
      if (killed >= KILLS) break;
      const when = `after kills at ${first}, ${second}, ${third}`;
      killed += Number(killAt(world, first, create.milliseconds, 'apply', before));
      mustApply(world, before, when);
      mustRun(world, create.processes, when);
      killed += Number(killAt(world, second, change.milliseconds, 'apply', after));
      mustArrive(world, after, when);
      mustRun(world, change.processes, when);
      killed += Number(killAt(world, third, destroy.milliseconds, 'destroy', after));
      mustLeave(world, after, baseline, when);
    }
    tried(killed);
    expect(killed).toBeGreaterThanOrEqual(KILLS);
  },
  MOST_ROUNDS * 60_000,
);
