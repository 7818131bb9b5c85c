/** The program as the tests of promises run it. */
import { TOPO, type Result, type World } from '../world.js';

const QUOTED = [process.execPath, TOPO].map((word) => `'${word}'`).join(' ');

/** The command line in a shell, whose status tells a signal: 128 and its number. */
export const command = (...args: readonly string[]): string => `${QUOTED} ${args.join(' ')}`;

export const KILLED = 128 + 9;

/** Lets the program kill itself after so many operations; gives the status that a shell sees. */
export function killAfter(world: World, operations: number, ...args: readonly string[]): number {
  return world.sh(`${command(...args)} >/dev/null 2>&1; exit $?`, { TOPO_TEST_KILL_AFTER: String(operations) }).status;
}

export interface PlannedAction {
  readonly id: string;
  readonly at: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly action: 'create' | 'update' | 'delete';
  readonly replacement: boolean;
  readonly fields: readonly { readonly field: string }[];
  readonly operations: readonly { readonly op: string }[];
  readonly finish: readonly { readonly op: string }[];
}

export interface PlanDocument {
  readonly actions: readonly PlannedAction[];
}

export function planOf(world: World, file: string): PlanDocument {
  return JSON.parse(world.mustTopo('plan', '--json', file)) as PlanDocument;
}

export const operationsOf = (plan: PlanDocument): number =>
  plan.actions.flatMap(({ operations, finish }) => [...operations, ...finish]).length;

/** `+ id`, `- id`, `~ id field field`; a replacement is `-/+ id field`. */
export function changesOf(plan: PlanDocument): readonly string[] {
  const symbol = { create: '+', update: '~', delete: '-' } as const;
  return plan.actions
    .filter(({ action, replacement }) => !(replacement && action === 'delete'))
    .map(({ id, action, replacement, fields }) =>
      [replacement ? '-/+' : symbol[action], id, ...(action === 'delete' ? [] : fields.map(({ field }) => field))].join(' '),
    )
    .sort();
}

/** What was run has to have ended with this status; otherwise all that it said is in the error. */
export function expectStatus(result: Result, status: number, what: string): Result {
  if (result.status !== status) throw new Error(`${what}: status ${result.status}, not ${status}\n${result.stdout}${result.stderr}`);
  return result;
}
