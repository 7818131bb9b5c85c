/** Carries out a plan and sums up what came of it. */
import { carryOut } from '../../apply/carry-out.js';
import { readNodes, type Wanted } from '../../apply/observe.js';
import type { Kernel } from '../../kernel/kernel.js';
import { DiagnosticError, type Diagnostic } from '../../model/diagnostic.js';
import type { Operation } from '../../model/operation.js';
import type { Action, Plan } from '../../model/plan.js';
import { withoutValues } from '../../model/sensitive.js';
import { HOST, type Resource, type ResourceId } from '../../model/state.js';
import type { Refusal, WatchRepair } from '../../model/watch-event.js';
import type { Pending } from '../../watch/pending.js';
import type { Interrupts } from '../context.js';

export interface Job {
  readonly phase: 'apply' | 'destroy';
  readonly kernel: Kernel;
  readonly plan: Plan;
  readonly wanted: Wanted;
  /** What of it is still to do. */
  readonly verify: () => Plan;
  readonly interrupts: Interrupts;
}

export interface Result {
  readonly told: Omit<WatchRepair, 'type' | 'lab' | 'retryMilliseconds'>;
  readonly unfinished: readonly ResourceId[];
}

export async function carryOutPlan({ phase, kernel, plan, wanted, verify, interrupts }: Job): Promise<Result> {
  const refusals: Refusal[] = [];
  const broken: Diagnostic[] = [];
  const observe = () => readNodes(kernel, wanted);
  const interrupted = (): string | null => interrupts.signal;
  // What was refused is tried again later; what was repaired stays so.
  const job = {
    phase,
    plan,
    kernel,
    onError: 'stop',
    observe,
    verify,
    interrupted,
    stop: interrupts.came,
    now: () => performance.now(),
  } as const;
  for await (const event of carryOut(job)) {
    if (event.type === 'action-failed') {
      const { id, errno, at } = event;
      const entry = entryOf(event.operation);
      const sentence = withoutValues(event.message, event.operation);
      const message = id.includes(entry) ? sentence : `${entry}: ${sentence}`;
      refusals.push({ id, errno, message, ...(at === undefined ? {} : { at }) });
    } else if (event.type === 'broken') {
      broken.push(...event.diagnostics);
    } else if (event.type === 'summary') {
      if (broken.length > 0) throw new DiagnosticError(broken);
      const { outcome, added, changed, destroyed, failed, milliseconds } = event;
      const told = {
        outcome: outcome === 'rolled-back' ? 'failed' : outcome,
        added,
        changed,
        destroyed,
        failed,
        refusals,
        milliseconds,
      } as const;
      return { told, unfinished: event.unfinished.map(({ id }) => id) };
    }
  }
  throw new Error('a plan was carried out, and no summary came of it');
}

/** What it has tried of the plan. */
export function triedOf({ actions }: Plan, { unfinished, told: { refusals } }: Result): ReadonlySet<ResourceId> {
  const open = new Set(unfinished);
  return new Set([...actions.map(({ id }) => id).filter((id) => !open.has(id)), ...refusals.map(({ id }) => id)]);
}

/** What a plan may have changed, beyond what is heard: namespaces that are new are not heard of yet. */
export function touchedBy({ actions }: Plan): Pending {
  const resources = actions.map(resourceOf);
  const has = (...prefixes: readonly string[]): boolean =>
    actions.some((action) => operationsOf(action).some(({ op }) => prefixes.some((prefix) => op.startsWith(prefix))));
  return {
    namespaces: new Set([HOST, ...resources.map(({ netns }) => netns)]),
    files: resources.some(({ kind }) => kind === 'names' || kind === 'netns'),
    processes: has('process-', 'exec-', 'netns-'),
    containers: has('container-', 'netns-attach', 'netns-detach', 'runtime-'),
  };
}

const resourceOf = ({ change }: Action): Resource => (change.action === 'delete' ? change.before : change.after);
const operationsOf = ({ operations, finish = [] }: Action): Action['operations'] => [...operations, ...finish];

/** Of a table, whose id does not say which; '' for anything else. */
function entryOf(operation: Operation): string {
  if (operation.op === 'neighbour-set') return operation.address;
  return operation.op === 'fdb-set' || operation.op === 'fdb-append' ? operation.mac : '';
}
