/** Runs actions of a plan against the kernel and says what became of each. */
import type { Kernel, Outcome } from '../kernel/kernel.js';
import type { ActionReference, Event } from '../model/event.js';
import type { Operation } from '../model/operation.js';
import type { Action, Plan } from '../model/plan.js';
import type { ResourceId } from '../model/state.js';
import { isAltered } from '../plan/taking-over.js';

/** Operations handed to the kernel at once: enough for full batches, few enough that a signal is heard soon. */
const OPERATIONS_AT_ONCE = 512;

/** How long links may take to work: where it is in no hurry, the kernel looks after them once a second. */
export const LINKS_MS = 1500;

/** What comes behind all actions and ends one of them. */
export interface Finish {
  readonly action: Action;
  readonly index: number;
  readonly operations: readonly Operation[];
}

export class ActionRun {
  readonly tally: Tally = { added: 0, changed: 0, destroyed: 0, failed: 0 };
  private readonly done = new Set<number>();
  private readonly moved = new Set<string>();
  /** Objects that are not as they should be: refused, or not tried because of that. */
  private readonly lacking = new Set<ResourceId>();
  /** What cannot go because something that stands on it has not gone, with that. */
  private readonly stoodOn = new Map<ResourceId, ResourceId>();

  constructor(
    private readonly plan: Plan,
    private readonly kernel: Kernel,
    private readonly fault?: (error: Error) => void,
  ) {}

  /** Those that stand on what was refused before are left out; the others of one batch are refused by the kernel, or are not. `ran`: nothing of it is told yet. */
  async *batch(batch: readonly Action[], offset: number, ran?: () => void): AsyncGenerator<Event> {
    const causes = batch.map((action) => this.skipCause(action));
    const outcomes = await this.kernel.run(batch.flatMap((action, i) => (causes[i] === undefined ? action.operations : [])));
    ran?.();
    let next = 0;
    for (const [i, action] of batch.entries()) {
      const about = reference(action, offset + i);
      yield { type: 'action-start', ...about };
      if (causes[i] !== undefined) {
        yield { type: 'action-skipped', because: causes[i], ...about };
        continue;
      }
      const own = outcomes.slice(next, next + action.operations.length);
      next += action.operations.length;
      const failure = own.findIndex((outcome) => !outcome.ok);
      if (failure >= 0 || action.finish === undefined) yield this.ended(action, about, action.operations, own);
    }
  }

  async *finishes(finishes: readonly Finish[]): AsyncGenerator<Event> {
    const able = this.able(finishes);
    const causes = able.map(({ action }) => this.skipCause(action));
    const outcomes = await this.kernel.run(able.flatMap(({ operations }, i) => (causes[i] === undefined ? operations : [])));
    let next = 0;
    for (const [i, { action, index, operations }] of able.entries()) {
      const about = reference(action, index);
      if (causes[i] !== undefined) {
        yield { type: 'action-skipped', because: causes[i], ...about };
        continue;
      }
      yield this.ended(action, about, operations, outcomes.slice(next, next + operations.length));
      next += operations.length;
    }
  }

  /** Those whose actions have come so far. */
  able(finishes: readonly Finish[]): readonly Finish[] {
    return finishes.filter(({ action }) => !this.lacking.has(action.id));
  }

  /** An action is done, or failed; it counts from now on. */
  ended(action: Action, about: ActionReference, operations: readonly Operation[], outcomes: readonly Outcome[]): Event {
    const failure = outcomes.findIndex((outcome) => !outcome.ok);
    if (failure < 0) {
      this.done.add(about.index);
      this.count(action);
      return { type: 'action-done', ...about };
    }
    // Refused because of an earlier refusal in the same batch: that one is to be read.
    const because = this.causeOf(action);
    if (this.done.delete(about.index)) this.count(action, -1);
    const refusal = outcomes[failure]!;
    if (!refusal.ok && refusal.fault !== undefined) this.fault?.(refusal.fault);
    this.mark(action);
    if (because !== undefined) return { type: 'action-skipped', because, ...about };
    this.tally.failed += 1;
    return failed(action, about, operations, outcomes, failure);
  }

  /** What was set going, is otherwise now, and has ended by itself: that has failed after all. */
  endings(differences: readonly Action[]): readonly Event[] {
    const ids = new Set(differences.map(({ id }) => id));
    return this.plan.actions.flatMap((action, index) => {
      const { id, finish = [] } = action;
      if (!ids.has(id) || !this.done.has(index)) return [];
      const outcomes = this.kernel.goesOn(finish);
      return outcomes.every(({ ok }) => ok) ? [] : [this.ended(action, reference(action, index), finish, outcomes)];
    });
  }

  hasFailed(id: ResourceId): boolean {
    return this.lacking.has(id);
  }

  /** Undefined: nothing that the action needs was refused. */
  skipCause(action: Action): ResourceId | undefined {
    const cause = this.causeOf(action);
    if (cause !== undefined) this.mark(action);
    return cause;
  }

  /** What the plan asks for and is not done by now. */
  unfinished(): readonly ActionReference[] {
    return this.plan.actions.flatMap((action, index) => (this.done.has(index) ? [] : [reference(action, index)]));
  }

  private causeOf({ id, change }: Action): ResourceId | undefined {
    if (this.lacking.size === 0) return undefined;
    if (change.action === 'delete') return this.stoodOn.get(id);
    return this.lacking.has(id) ? id : change.after.needs.find((needed) => this.lacking.has(needed));
  }

  private mark({ id, change }: Action): void {
    this.lacking.add(id);
    if (change.action === 'delete') for (const needed of change.before.needs) this.stoodOn.set(needed, id);
  }

  private count({ change, adopts, moved }: Action, by = 1): void {
    if (change.action === 'create') this.tally.added += by;
    else if (change.action === 'delete') this.tally.destroyed += by;
    else {
      if (adopts === true) this.tally.adopted = (this.tally.adopted ?? 0) + by;
      // A network has a bridge on each of its hosts.
      if (typeof moved === 'string') this.tally.moved = this.moved.add(moved).size;
      // What is taken over or moved has changed as well if more than its mark has.
      if ((adopts !== true && moved === undefined) || isAltered(change.after, change.fields)) this.tally.changed += by;
    }
  }
}

interface Tally {
  adopted?: number;
  moved?: number;
  added: number;
  changed: number;
  destroyed: number;
  failed: number;
}

export function failed(
  action: Action,
  about: ActionReference,
  operations: readonly Operation[],
  outcomes: readonly Outcome[],
  index: number,
): Event {
  const outcome = outcomes[index];
  const operation = operations[index];
  if (outcome === undefined || outcome.ok || operation === undefined) throw new Error(`no refusal in ${action.id}`);
  const { at } = action.change.action === 'delete' ? action.change.before : action.change.after;
  return {
    type: 'action-failed',
    ...about,
    errno: outcome.errno,
    message: outcome.message,
    operation,
    ...(at === undefined ? {} : { at }),
  };
}

export function finishesOf({ actions }: Plan): readonly Finish[] {
  return actions.flatMap((action, index) => (action.finish === undefined ? [] : [{ action, index, operations: action.finish }]));
}

export const isOfProcess = ({ operations }: Finish): boolean => operations.some(({ op }) => op.startsWith('process-'));

/** `alone`: one action each, so that of what comes behind it nothing is begun yet. */
export function* batches(actions: readonly Action[], alone = false): Generator<readonly Action[]> {
  let batch: Action[] = [];
  let operations = 0;
  for (const [i, action] of actions.entries()) {
    batch.push(action);
    operations += weightOf(action);
    if (!alone && operations < OPERATIONS_AT_ONCE && !takesTime(action, actions[i + 1])) continue;
    yield batch;
    batch = [];
    operations = 0;
  }
  if (batch.length > 0) yield batch;
}

/** In operations that take the kernel some time: a name is gone in a quarter of it. */
function weightOf({ operations }: Action): number {
  return operations.reduce((sum, { op }) => sum + (op === 'netns-delete' ? 0.25 : 1), 0);
}

/**
 * Seconds may go by, in which somebody has sent a signal. Not behind each container: of those that belong together all are tried, and the one that
 * has ended tells why.
 */
function takesTime(action: Action, next: Action | undefined): boolean {
  const isOfProcesses = (one: Action | undefined): boolean => one?.operations.some(({ op }) => op.startsWith('process-')) === true;
  return isOfProcesses(action) && !isOfProcesses(next);
}

export function reference(action: Action, index: number): ActionReference {
  return {
    index,
    id: action.id,
    action: action.change.action,
    replacement: action.replacement !== undefined,
    operations: action.operations.length + (action.finish?.length ?? 0),
  };
}
