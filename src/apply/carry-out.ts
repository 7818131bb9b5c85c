import type { Operation } from '../model/operation.js';
import type { Kernel, Nodes, Outcome } from '../kernel/kernel.js';
import type { Event, Phase, Summary } from '../model/event.js';
import type { Action, Plan } from '../model/plan.js';
import { brokenBy } from './broken.js';
import { leavingsOf } from './leavings.js';
import { ActionRun, batches, failed, type Finish, finishesOf, isOfProcess, LINKS_MS, reference } from './run-actions.js';

/** How long deleted namespaces may take to go (4000: under a second); a process inside withholds them for ever. */
const SETTLE_MS = 5000;

/** So much longer where there is no process: the kernel takes apart the namespaces of the whole machine one after the other (`cleanup_net`). */
const QUEUE_MS = 20_000;

export interface Job {
  readonly phase: Exclude<Phase, 'rollback'>;
  readonly plan: Plan;
  readonly kernel: Kernel;
  /** What a refusal leads to. */
  readonly onError: 'stop' | 'continue' | WayBack;
  /** One action after the other, so that behind one that is refused nothing is begun yet. It takes longer. */
  readonly oneByOne?: boolean;
  readonly observe: () => Nodes;
  /** Reads the kernel again and plans again: what is still to do. With `nodes` only the namespaces of hosts are read. */
  readonly verify: (nodes?: Nodes) => Plan;
  /** The signal that has come, if one has. */
  readonly interrupted: () => string | null;
  /** Aborted by that signal: what takes long is to end. */
  readonly stop?: AbortSignal;
  /** Milliseconds, only differences count. */
  readonly now: () => number;
  /** The program's own mistakes, which are told as refusals besides. */
  readonly fault?: (error: Error) => void;
}

/** What became of a way back; `back`: the kernel was read again, and has what it had. */
export type Way = 'back' | 'not-back' | 'interrupted';

/** Makes the machine what it was before the first change; that may be interrupted too. */
type WayBack = () => AsyncGenerator<Event, Way>;

const NOTHING_DONE = { added: 0, changed: 0, destroyed: 0 };

/** Why no more of the plan is done. */
type End = 'failed' | 'interrupted' | null;

/** Runs a plan against the kernel: batch by batch, then reads the kernel again. The last event is always the summary. */
export async function* carryOut(job: Job): AsyncGenerator<Event> {
  const { plan, kernel } = job;
  const start = job.now();
  const run = new ActionRun(plan, kernel, job.fault);
  const finish = (outcome: Summary['outcome']): Event => ({
    type: 'summary',
    command: job.phase,
    outcome,
    ...(outcome === 'rolled-back' ? { ...NOTHING_DONE, failed: run.tally.failed } : run.tally),
    unfinished: outcome === 'rolled-back' ? plan.actions.map(reference) : run.unfinished(),
    milliseconds: Math.round(job.now() - start),
  });
  yield { type: 'plan', phase: job.phase, plan };
  await kernel.prepare(plan.actions.flatMap(({ operations, finish = [] }) => [...operations, ...finish]));
  const refused = checkFirst(plan, kernel);
  if (refused !== null) {
    run.tally.failed = 1;
    yield refused;
    yield finish('failed');
    return;
  }
  const wayBack = typeof job.onError === 'string' ? null : job.onError;
  const seen: Seen = {};
  const end = yield* guarded(() => runAll(job, run, seen), job, run);
  if (end === 'interrupted') {
    yield { type: 'interrupted', signal: job.interrupted()!, unfinished: run.unfinished() };
    yield finish('interrupted');
    return;
  }
  if (end === 'failed' && job.onError !== 'continue') {
    const way = wayBack === null ? 'failed' : yield* guarded(wayBack, job, run);
    yield finish(OUTCOMES[way]);
    return;
  }
  const result = yield* guarded(() => verify(job, seen, run), job, run);
  if (result === 'ended' && wayBack !== null) yield finish(OUTCOMES[yield* guarded(wayBack, job, run)]);
  else yield finish(end === 'failed' || result === 'ended' ? 'failed' : result);
}

const OUTCOMES = { back: 'rolled-back', 'not-back': 'failed', failed: 'failed', interrupted: 'interrupted' } as const;

/** Reads the kernel again. `ended`: what was started does not run any more. */
async function* verify({ kernel, verify: plan }: Job, seen: Seen, run: ActionRun): AsyncGenerator<Event, 'complete' | 'differs' | 'ended'> {
  const held = await settle(kernel);
  for (const { netns, processes } of held) yield { type: 'held', netns, processes };
  // What namespaces take along goes later than they are said to.
  const differences = seen.early?.length === 0 ? seen.early : plan(seen.nodes).actions;
  await kernel.waitForLinks(LINKS_MS);
  const endings = run.endings(differences);
  if (endings.length > 0) {
    yield* endings;
    const others = differences.filter(({ id }) => !run.hasFailed(id));
    if (others.length > 0) yield { type: 'verify', ok: false, differences: others };
    return 'ended';
  }
  yield { type: 'verify', ok: differences.length === 0, differences };
  return differences.length === 0 && held.length === 0 ? 'complete' : 'differs';
}

/** What breaks is told, counts as a failure, and leads to the same as a refusal. */
async function* guarded<T>(body: () => AsyncGenerator<Event, T>, job: Job, run: ActionRun): AsyncGenerator<Event, T | 'failed'> {
  try {
    return yield* body();
  } catch (error) {
    run.tally.failed += 1;
    yield brokenBy(error, job.fault);
    return 'failed';
  }
}

interface Seen {
  nodes?: Nodes;
  /** What was still otherwise when the last operation was done. */
  early?: readonly Action[];
}

export async function settle(kernel: Kernel): ReturnType<Kernel['settle']> {
  const held = await kernel.settle(SETTLE_MS);
  return held.length > 0 && held.every(({ processes }) => processes.length === 0) ? kernel.settle(QUEUE_MS) : held;
}

/** `failed`: something was refused, and unless all else is to be done anyway, that was the end. */
async function* runAll(job: Job, run: ActionRun, seen: Seen): AsyncGenerator<Event, End> {
  const { plan, kernel } = job;
  const hasFailed = (): boolean => run.tally.failed > 0;
  const isOver = (): boolean => hasFailed() && job.onError !== 'continue';
  const leavings = leavingsOf(plan);
  const finishes = finishesOf(plan);
  let [done, left] = [0, 0];
  for (const batch of batches(plan.actions, job.oneByOne)) {
    if (await isInterrupted(job)) return 'interrupted';
    const isLast = done + batch.length === plan.actions.length && finishes.length === 0;
    yield* run.batch(batch, done, isLast && job.phase === 'destroy' ? () => lookEarly(job, seen) : undefined);
    done += batch.length;
    if (isOver()) return 'failed';
    const before = left;
    while (left < leavings.length && leavings[left]!.after < done) left++;
    if (seen.early === undefined) kernel.leave(leavings.slice(before, left).map(({ netns }) => netns));
  }
  // What is set going now keeps the kernel busy for a while: what it does not change is read before.
  // A command may change whatever it likes.
  if (finishes.length > 0 && !finishes.some(isCommand) && !hasFailed()) seen.nodes = job.observe();
  yield* runFinishes(
    finishes.filter((one) => !isCommand(one) && !isOfProcess(one)),
    job,
    run,
  );
  // Links first: what runs finds them working.
  if (!isOver() && finishes.some((one) => isCommand(one) || isOfProcess(one))) {
    await kernel.waitForLinks(LINKS_MS);
    yield* runFinishes(finishes.filter(isOfProcess), job, run);
  }
  for (const command of run.able(finishes.filter(isCommand))) {
    if (isOver()) return 'failed';
    if (await isInterrupted(job)) return 'interrupted';
    // One that was interrupted is not done.
    if (!(yield* runCommand(command, job, run))) return 'interrupted';
  }
  return hasFailed() ? 'failed' : null;
}

/**
 * While the kernel takes namespaces apart nobody can ask it for links, for a tenth of a second where there are a thousand: whoever asks
 * at once does not wait. Where nothing is wanted, what they take along makes no difference.
 */
function lookEarly(job: Job, seen: Seen): void {
  try {
    seen.early = job.verify().actions;
  } catch {
    // What is wrong is told by the look behind it all.
  }
}

/** All at once, or one after the other up to the first refusal. */
async function* runFinishes(finishes: readonly Finish[], job: Job, run: ActionRun): AsyncGenerator<Event> {
  for (const some of job.oneByOne === true ? finishes.map((one) => [one]) : [finishes]) {
    yield* run.finishes(some);
    if (job.oneByOne === true && run.tally.failed > 0) return;
  }
}

async function isInterrupted(job: Job): Promise<boolean> {
  // Gives signal handlers their turn.
  await new Promise(setImmediate);
  return job.interrupted() !== null;
}

const isCommand = ({ operations }: Finish): boolean => operations.some(({ op }) => op === 'exec-run');

/** False: a signal has ended it. */
async function* runCommand({ action, index, operations }: Finish, job: Job, run: ActionRun): AsyncGenerator<Event, boolean> {
  const about = reference(action, index);
  const because = run.skipCause(action);
  if (because !== undefined) {
    yield { type: 'action-skipped', because, ...about };
    return true;
  }
  const outcomes: Outcome[] = [];
  for (const operation of operations) {
    if (operation.op !== 'exec-run') throw new Error(`${operation.op} beside a command`);
    const running = job.kernel.execute(operation, job.stop);
    let step = await running.next();
    for (; step.done !== true; step = await running.next()) yield { type: 'output', line: step.value, ...about };
    outcomes.push(step.value);
    if (!step.value.ok && job.interrupted() !== null) return false;
  }
  yield run.ended(action, about, operations, outcomes);
  return true;
}

/** What the kernel can be asked about before the first change: rules, which are all or nothing, parts that it may lack, settings that cannot be written. */
function checkFirst(plan: Plan, kernel: Kernel): Event | null {
  const asked = plan.actions
    .map((action, index) => ({ action, index }))
    .filter(({ action }) => action.operations.some(({ op }) => CHECKED.has(op)));
  const outcomes = kernel.check(asked.flatMap(({ action }) => action.operations));
  let next = 0;
  for (const { action, index } of asked) {
    const own = outcomes.slice(next, next + action.operations.length);
    next += action.operations.length;
    const failure = own.findIndex((outcome) => !outcome.ok);
    if (failure >= 0) return failed(action, reference(action, index), action.operations, own, failure);
  }
  return null;
}

const CHECKED = new Set<Operation['op']>(['nft-replace', 'qdisc-set', 'link-add', 'sysctl-set', 'sysctl-restore']);
