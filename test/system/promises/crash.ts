/** Killing the program in the middle, and what must hold afterwards. */
import { afterAll, beforeAll } from '@jest/globals';
import { sampleOf } from '../../thoroughness.js';
import { World } from '../world.js';
import { settled } from './machine.js';
import { KILLED, killAfter, expectStatus, type PlanDocument, type PlannedAction } from './program.js';

interface Used {
  readonly world: World;
  /** The machine before anything was done. */
  readonly baseline: string;
}

/** For all tests of a file a used machine with files of these names, whose paths go by the same names. Known when a test runs. */
export function killing<Name extends string>(texts: Readonly<Record<Name, string>>): () => Used & Readonly<Record<Name, string>> {
  let used: (Used & Readonly<Record<Name, string>>) | undefined;
  beforeAll(async () => {
    const world = await usedMachine();
    const paths = Object.entries<string>(texts).map(([name, text]) => [name, world.file(`${name}.yaml`, text)]);
    used = { world, baseline: stateOf(world), ...(Object.fromEntries(paths) as Record<Name, string>) };
  });
  afterAll(() => used?.world.dispose());
  return () => used!;
}

/** A machine that is used for other things too: a second network, and settings that the lab's forwarding disturbs. */
export async function usedMachine(): Promise<World> {
  const world = await World.create();
  try {
    // Duplicate address detection would change addresses of the host while the test runs.
    world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
    world.outside();
    world.must('sysctl -qw net.ipv4.conf.lan0.forwarding=1 net.ipv4.conf.all.accept_redirects=0 net.ipv6.conf.lan0.accept_ra=0');
    // Its addresses come into use a moment after its link.
    await settled(world);
    return world;
  } catch (error) {
    world.dispose();
    throw error;
  }
}

/**
 * Numbers of operations after which a kill makes a difference, 1 to all of them: so many of them, the first and the last and
 * one after an operation of each kind of object among them, and all in a long run.
 */
export function killPoints(plan: PlanDocument, count: number): readonly number[] {
  const kinds = kindsInOrder(plan);
  const points = kinds.map((_, index) => index + 1);
  return sampleOf(points, count, (point) => kinds[point - 1]!);
}

/** Of each operation the kind of its object, as they are run: what finishes actions comes behind all of them. */
function kindsInOrder({ actions }: PlanDocument): readonly string[] {
  const kindOf = ({ id }: PlannedAction): string => id.slice(0, id.indexOf(':'));
  const finishing = (ops: (op: string) => boolean): readonly string[] =>
    actions.flatMap((action) => action.finish.filter(({ op }) => ops(op)).map(() => kindOf(action)));
  return [
    ...actions.flatMap((action) => action.operations.map(() => kindOf(action))),
    ...finishing((op) => op !== 'exec-run' && !op.startsWith('process-')),
    ...finishing((op) => op.startsWith('process-')),
    ...finishing((op) => op === 'exec-run'),
  ];
}

/** The plan of a destroy, which no command prints: the events of one tell it. */
export function destroyPlan(world: World, file: string): PlanDocument {
  const first = world.mustTopo('destroy', '--yes', '--json', file).split('\n')[0] ?? '';
  return JSON.parse(first) as PlanDocument;
}

export function mustBeKilled(world: World, operations: number, ...args: readonly string[]): void {
  const status = killAfter(world, operations, ...args);
  if (status !== KILLED)
    throw new Error(`topo ${args.join(' ')} was to die after ${operations} operations, and ended with status ${status}`);
}

/** Apply arrives: it has read the kernel again itself. */
export function mustApply(world: World, file: string, when: string): void {
  expectStatus(world.topo(['apply', '--yes', file]), 0, `apply ${when}`);
}

/** Apply arrives, and a look of its own agrees. */
export function mustArrive(world: World, file: string, when: string): void {
  mustApply(world, file, when);
  expectStatus(world.topo(['plan', '--detailed-exitcode', file]), 0, `plan after the apply ${when}`);
}

/** All that the kernel has, and all that runs. */
export const stateOf = (world: World): string => `${world.snapshot()}\n${processesOf(world)}`;

/** The commands of all that runs on the machine, but for those who ask. */
export function processesOf(world: World): string {
  return world.must(
    'ps -eo pid=,ppid=,stat=,args= | awk -v me=$$ \'$1 != me && $2 != me && $3 !~ /Z/ { $1 = $2 = $3 = ""; print }\' | sort',
  );
}

/** What the lab runs runs once: a process that no record tells of is in no plan. */
export function mustRun(world: World, processes: string, when: string): void {
  for (let i = 0; i < 50 && processesOf(world) !== processes; i++) world.must('sleep 0.1');
  const now = processesOf(world);
  if (now !== processes) throw new Error(`other processes than without a kill, ${when}:\n${now}\ninstead of:\n${processes}`);
}

export function mustLeave(world: World, file: string, baseline: string, when: string): void {
  expectStatus(world.topo(['destroy', '--yes', file]), 0, `destroy ${when}`);
  const now = stateOf(world);
  if (now !== baseline) throw new Error(`destroy ${when} leaves:\n${differingLines(baseline, now)}`);
}

function differingLines(before: string, now: string): string {
  const [left, right] = [before.split('\n'), now.split('\n')];
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  return [
    ...left.filter((line) => !inRight.has(line)).map((line) => `- ${line}`),
    ...right.filter((line) => !inLeft.has(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
