import type { Kernel, Outcome } from '../kernel/kernel.js';
import { isAltered } from '../plan/taking-over.js';
import type { ActionReference, Event, Phase, Summary } from '../model/event.js';
import type { Operation } from '../model/operation.js';
import type { Observation } from '../model/observation.js';
import type { Action, Plan } from '../model/plan.js';

/** Operations handed to the kernel at once: enough for full batches, few enough that a signal is heard soon. */
const OPERATIONS_AT_ONCE = 512;

/** How long deleted namespaces may take to go (4000: under a second); a process inside withholds them for ever. */
const SETTLE_MS = 5000;

/** So much longer where there is no process: the kernel takes apart the namespaces of the whole machine one after the other (`cleanup_net`). */
const QUEUE_MS = 20_000;

/** How long links may take to work: where it is in no hurry, the kernel looks after them once a second. */
const LINKS_MS = 1500;

export interface Job {
  readonly phase: Exclude<Phase, 'rollback'>;
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly observe: () => Observation;
  /** Reads the kernel again and plans again: what is still to do. With `seen` only the namespaces of hosts are read. */
  readonly verify: (seen?: Observation) => Plan;
  /** The signal that has come, if one has. */
  readonly interrupted: () => string | null;
  /** Aborted by that signal: what takes long is to end. */
  readonly stop?: AbortSignal;
  /** Milliseconds, only differences count. */
  readonly now: () => number;
}

interface Tally {
  adopted?: number;
  added: number;
  changed: number;
  destroyed: number;
  failed: number;
}

/** Runs a plan against the kernel: batch by batch, then reads the kernel again. The last event is always the summary. */
export async function* carryOut(job: Job): AsyncGenerator<Event> {
  const { plan, kernel } = job;
  const start = job.now();
  const tally: Tally = { added: 0, changed: 0, destroyed: 0, failed: 0 };
  const finish = (outcome: Summary['outcome'], unfinished: readonly ActionReference[]): Event => ({
    type: 'summary',
    command: job.phase,
    outcome,
    ...tally,
    unfinished,
    milliseconds: Math.round(job.now() - start),
  });
  yield { type: 'plan', phase: job.phase, plan };
  await kernel.prepare(plan.actions.flatMap(({ operations, finish = [] }) => [...operations, ...finish]));
  const refused = checkRules(plan, kernel);
  if (refused !== null) {
    tally.failed = 1;
    yield refused;
    yield finish('failed', plan.actions.map(reference));
    return;
  }
  let done = 0;
  for (const batch of batches(plan.actions)) {
    // Gives signal handlers their turn.
    await new Promise(setImmediate);
    const signal = job.interrupted();
    if (signal !== null) {
      const unfinished = unfinishedAfter(plan, done);
      yield { type: 'interrupted', signal, unfinished };
      yield finish('interrupted', unfinished);
      return;
    }
    yield* runBatch(batch, done, kernel, tally);
    done += batch.length;
    if (tally.failed > 0) {
      yield finish('failed', unfinishedAfter(plan, done));
      return;
    }
  }
  // What is set going now keeps the kernel busy for a while: what it does not change is read before.
  const finishes = finishesOf(plan);
  // A command may change whatever it likes.
  const seen = finishes.length > 0 && !finishes.some(isCommand) ? job.observe() : undefined;
  yield* runFinishes(finishes, kernel, tally);
  const commands = finishes.filter(isCommand);
  for (let next = 0; next <= commands.length; next++) {
    const unfinished = commands.slice(next).map(({ action, index }) => reference(action, index));
    if (tally.failed > 0) {
      yield finish('failed', unfinished);
      return;
    }
    await new Promise(setImmediate);
    const signal = unfinished.length === 0 ? null : job.interrupted();
    if (signal !== null) {
      yield { type: 'interrupted', signal, unfinished };
      yield finish('interrupted', unfinished);
      return;
    }
    // One that was interrupted is not done.
    if (next < commands.length && !(yield* runCommand(commands[next]!, job, tally))) next -= 1;
  }
  const held = settle(kernel);
  for (const { netns, processes } of held) yield { type: 'held', netns, processes };
  const differences = job.verify(seen).actions;
  kernel.waitForLinks(LINKS_MS);
  yield { type: 'verify', ok: differences.length === 0, differences };
  yield finish(differences.length === 0 && held.length === 0 ? 'complete' : 'differs', []);
}

function settle(kernel: Kernel): ReturnType<Kernel['settle']> {
  const held = kernel.settle(SETTLE_MS);
  return held.length > 0 && held.every(({ processes }) => processes.length === 0) ? kernel.settle(QUEUE_MS) : held;
}

function* runBatch(batch: readonly Action[], offset: number, kernel: Kernel, tally: Tally): Generator<Event> {
  const outcomes = kernel.run(batch.flatMap((action) => action.operations));
  let next = 0;
  for (const [index, action] of batch.entries()) {
    const about = reference(action, offset + index);
    yield { type: 'action-start', ...about };
    const own = outcomes.slice(next, next + action.operations.length);
    next += action.operations.length;
    const failure = own.findIndex((outcome) => !outcome.ok);
    if (failure >= 0 || action.finish === undefined) yield ended(action, about, action.operations, own, tally);
  }
}

/** What comes behind all actions and ends one of them. */
interface Finish {
  readonly action: Action;
  readonly index: number;
  readonly operations: readonly Operation[];
}

function finishesOf({ actions }: Plan): readonly Finish[] {
  return actions.flatMap((action, index) => (action.finish === undefined ? [] : [{ action, index, operations: action.finish }]));
}

const isCommand = ({ operations }: Finish): boolean => operations.some(({ op }) => op === 'exec-run');
const isOfProcess = ({ operations }: Finish): boolean => operations.some(({ op }) => op.startsWith('process-'));

/** All but commands: links first, and what runs finds them working. */
function* runFinishes(finishes: readonly Finish[], kernel: Kernel, tally: Tally): Generator<Event> {
  yield* runTogether(
    finishes.filter((one) => !isCommand(one) && !isOfProcess(one)),
    kernel,
    tally,
  );
  if (tally.failed > 0 || !finishes.some((one) => isCommand(one) || isOfProcess(one))) return;
  kernel.waitForLinks(LINKS_MS);
  yield* runTogether(finishes.filter(isOfProcess), kernel, tally);
}

function* runTogether(finishes: readonly Finish[], kernel: Kernel, tally: Tally): Generator<Event> {
  const outcomes = kernel.run(finishes.flatMap(({ operations }) => operations));
  let next = 0;
  for (const { action, index, operations } of finishes) {
    yield ended(action, reference(action, index), operations, outcomes.slice(next, next + operations.length), tally);
    next += operations.length;
  }
}

/** False: a signal has ended it. */
async function* runCommand({ action, index, operations }: Finish, job: Job, tally: Tally): AsyncGenerator<Event, boolean> {
  const about = reference(action, index);
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    if (operation.op !== 'exec-run') throw new Error(`${operation.op} beside a command`);
    const running = job.kernel.execute(operation, job.stop);
    let step = await running.next();
    for (; step.done !== true; step = await running.next()) yield { type: 'output', line: step.value, ...about };
    outcomes.push(step.value);
    if (!step.value.ok && job.interrupted() !== null) return false;
  }
  yield ended(action, about, operations, outcomes, tally);
  return true;
}

/** An action is done, or failed; it counts from now on. */
function ended(
  action: Action,
  about: ActionReference,
  operations: readonly Operation[],
  outcomes: readonly Outcome[],
  tally: Tally,
): Event {
  const failure = outcomes.findIndex((outcome) => !outcome.ok);
  count(tally, action, failure >= 0);
  return failure < 0 ? { type: 'action-done', ...about } : failed(action, about, operations, outcomes, failure);
}

function count(tally: Tally, action: Action, isFailure: boolean): void {
  if (isFailure) tally.failed += 1;
  else if (action.change.action === 'create') tally.added += 1;
  else if (action.change.action === 'update') countUpdate(tally, action.adopts === true, action.change);
  else tally.destroyed += 1;
}

/** What is taken over has changed as well if more than its mark has. */
function countUpdate(tally: Tally, adopts: boolean, { after, fields }: Extract<Action['change'], { action: 'update' }>): void {
  if (adopts) tally.adopted = (tally.adopted ?? 0) + 1;
  if (!adopts || isAltered(after, fields)) tally.changed += 1;
}

function failed(
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

/** Rules are all or nothing, and asked about before the first change. */
function checkRules(plan: Plan, kernel: Kernel): Event | null {
  for (const [index, action] of plan.actions.entries()) {
    const rules = action.operations.filter((operation) => operation.op === 'nft-replace');
    // A namespace that is still to be made cannot be asked.
    const outcomes = rules.length === 0 || isNew(action, plan) ? [] : kernel.check(action.operations);
    const failure = outcomes.findIndex((outcome) => !outcome.ok);
    if (failure >= 0) return failed(action, reference(action, index), action.operations, outcomes, failure);
  }
  return null;
}

function isNew(action: Action, plan: Plan): boolean {
  const { netns } = action.change.action === 'delete' ? action.change.before : action.change.after;
  return plan.actions.some((other) => other.id === `netns:${netns}` && other.change.action === 'create');
}

function* batches(actions: readonly Action[]): Generator<readonly Action[]> {
  let batch: Action[] = [];
  let operations = 0;
  for (const action of actions) {
    batch.push(action);
    operations += action.operations.length;
    if (operations < OPERATIONS_AT_ONCE) continue;
    yield batch;
    batch = [];
    operations = 0;
  }
  if (batch.length > 0) yield batch;
}

/** When so many actions have been run: the others, and those whose finish is still to come. */
function unfinishedAfter(plan: Plan, done: number): readonly ActionReference[] {
  return plan.actions.flatMap((action, index) => (index >= done || action.finish !== undefined ? [reference(action, index)] : []));
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
