import { isDeepStrictEqual } from 'node:util';
import { carryOut, type Way } from '../apply/carry-out.js';
import type { Lock } from '../apply/lock.js';
import type { Observed, Wanted } from '../apply/observe.js';
import { isPending, isReverted, isTakenBack } from '../apply/pending-files.js';
import { Progress } from '../apply/progress.js';
import type { Kernel, Nodes } from '../kernel/kernel.js';
import type { Former } from '../kinds/former.js';
import { kindOf } from '../kinds/index.js';
import type { Event, Summary } from '../model/event.js';
import type { Kept } from '../model/kept.js';
import type { Plan } from '../model/plan.js';
import { hideEvent } from '../plan/hide.js';
import { applyText } from '../report/apply-text.js';
import { eventJson } from '../report/event-json.js';
import type { Guard } from './confirm/guard.js';
import type { Context, Interrupts } from './context.js';
import { calledAs } from './called-as.js';
import { acquireMachineLock } from './machine-lock.js';
import type { ApplyArguments } from './options.js';
import type { Planned } from './planned.js';
import { commandWords } from './print-plan.js';
import { WORDS } from './words.js';

export interface Work {
  readonly phase: 'apply' | 'destroy';
  readonly lab: string;
  readonly wanted: Wanted;
  readonly kernel: Kernel;
  readonly args: ApplyArguments;
  readonly interrupts: Interrupts;
  readonly observe: () => Nodes;
  /** Reads the kernel and plans: before the first change and after the last. With `nodes` only the namespaces of hosts are read. */
  readonly replan: (nodes?: Nodes) => Planned;
  /** Whether the first plan is the one that is to be carried out: a DiagnosticError where it is not. */
  readonly check?: (planned: Planned) => Promise<void>;
  /** The first change is next. */
  readonly begins?: () => void;
  /** Somebody is to be asked before this is done. */
  readonly isAskedFor: (plan: Plan) => boolean;
  /** `done`: there is nothing to do, and that has been said. */
  readonly show: (plan: Plan) => Promise<'done' | 'shown'>;
  readonly ask: () => Promise<boolean>;
}

/** Takes the lock, plans, asks, does; gives the exit status. */
export async function carryOutLocked(work: Work, context: Context): Promise<number> {
  const print = await printer(work, context);
  const progress = new Progress(performance.now());
  work.interrupts.beforeStop((signal) => {
    const events = progress.stopped(signal, performance.now());
    if (events === null) nothingChanged(work, context);
    else for (const event of events) print(event);
  });
  const acquire = (): Promise<Lock | null> =>
    acquireMachineLock({
      holder: { pid: process.pid, command: work.phase, lab: work.lab },
      timeoutMs: work.args.lockTimeoutMs,
      onWait: (holder) => print({ type: 'waiting', holder }),
      interrupted: () => work.interrupts.signal !== null,
    });
  for (let agreed: Plan | null = null; ;) {
    const lock = await acquire();
    if (lock === null) return nothingChanged(work, context);
    try {
      await refuseUnconfirmed(work, context);
      const planned = work.replan();
      await work.check?.(planned);
      const isAgreed = agreed !== null && isDeepStrictEqual(planned.plan, agreed);
      if (isAgreed || !work.isAskedFor(planned.plan)) {
        const shown = isAgreed ? 'shown' : await work.show(planned.plan);
        await allowAgain(work.lab);
        if (shown !== 'done') work.begins?.();
        const status = shown === 'done' ? 0 : await carryOutPlanned(work, planned, { print, progress }, context);
        const { removeEmpty } = await import('../kernel/empty-folders.js');
        removeEmpty(work.lab);
        return status;
      }
      if (agreed !== null) context.stderr.write('The machine has changed meanwhile: this is what would be done now.\n');
      agreed = planned.plan;
    } finally {
      lock.release();
    }
    // Nobody waits for a person: what was agreed to is looked at again under the lock.
    await work.show(agreed);
    if (!(await work.ask())) return nothingChanged(work, context);
  }
}

interface Following {
  readonly print: (event: Event) => void;
  readonly progress: Progress;
}

async function carryOutPlanned(work: Work, { plan, observed }: Planned, { print, progress }: Following, context: Context): Promise<number> {
  const { interrupts } = work;
  const former = await formerOf(work, observed, plan);
  const { confirmMs } = work.args;
  const guard = confirmMs === undefined || plan.actions.length === 0 ? null : await guardOf(work, former, confirmMs);
  const events = carryOut({
    ...{ phase: work.phase, plan, observe: work.observe, kernel: guard?.watched(work.kernel) ?? work.kernel },
    onError: work.args.onError === 'rollback' ? () => backTo(work, former) : work.args.onError,
    oneByOne: work.args.onError === 'stop',
    verify: (nodes) => work.replan(nodes).plan,
    interrupted: () => interrupts.signal,
    stop: interrupts.came,
    now: () => performance.now(),
    fault: (error) => {
      if (work.args.debug) context.stderr.write(`${error.stack ?? error.message}\n`);
    },
  });
  let outcome: Summary['outcome'] = 'failed';
  try {
    for await (const event of events) {
      const open = event.type === 'summary' ? (guard?.end(event.outcome) ?? null) : null;
      if (open !== null) print(open);
      print(event);
      progress.note(event);
      if (event.type === 'summary') outcome = event.outcome;
    }
  } finally {
    guard?.close();
  }
  if (outcome === 'interrupted') return interrupts.status;
  return outcome === 'complete' ? 0 : 1;
}

const NOTHING_KEPT: Kept = { tables: [], sysctls: [] };

/** What there is before the first change. What no observation has is taken down only where something goes or changes. */
async function formerOf({ kernel, args }: Work, { state, observation }: Observed, plan: Plan): Promise<Former> {
  const isWanted = args.onError === 'rollback' || args.confirmMs !== undefined;
  if (!isWanted || plan.actions.every(({ change }) => change.action === 'create')) return { state, observation, kept: NOTHING_KEPT };
  const { keepRequest } = await import('../kinds/former.js');
  return { state, observation, kept: await kernel.keep(keepRequest(plan, { state, observation })) };
}

async function* backTo({ kernel, wanted, interrupts }: Work, former: Former): AsyncGenerator<Event, Way> {
  const { rollBack } = await import('../apply/rollback.js');
  return yield* rollBack({ kernel, former, wanted, interrupted: () => interrupts.signal });
}

async function guardOf({ lab, wanted, args }: Work, former: Former, confirmMs: number): Promise<Guard> {
  const { raiseGuard } = await import('./confirm/guard.js');
  return raiseGuard(lab, { former, wanted, runtime: args.runtime }, confirmMs);
}

/** Loaded only where an apply was to be confirmed. */
async function refuseUnconfirmed({ lab, args }: Work, context: Context): Promise<void> {
  if (!isPending(lab) && !isReverted(lab)) return;
  const { refuseUnconfirmed, tellOnce } = await import('./confirm/notice.js');
  refuseUnconfirmed(lab);
  const notice = tellOnce(lab);
  if (!args.quiet) context.stderr.write(notice);
}

/** What was reverted once may be done by `topo watch` again: somebody has decided anew. */
async function allowAgain(lab: string): Promise<void> {
  if (isTakenBack(lab)) (await import('../apply/pending.js')).forgetTakenBack(lab);
}

/** A no, or a signal before anything was done; gives the exit status. */
function nothingChanged({ interrupts: { signal, status } }: Work, context: Context): number {
  // Below the question, whose line the signal or the end of the input has left open.
  context.stderr.write(signal === null ? 'Nothing was changed.\n' : `\nInterrupted by ${signal}. Nothing was changed.\n`);
  return signal === null ? 1 : status;
}

async function printer({ args, kernel }: Work, context: Context): Promise<(event: Event) => void> {
  const print = await printerOf(args, kernel, context);
  return args.showSensitive ? print : (event) => print(hideEvent(event, kindOf));
}

async function printerOf(args: ApplyArguments, { runtime }: Kernel, context: Context): Promise<(event: Event) => void> {
  if (args.json) return (event) => context.stdout.write(eventJson(event));
  const command = await commandWords(args.verbose, runtime);
  const text = applyText(WORDS, {
    color: context.stderrColor,
    resultColor: context.color,
    verbose: args.verbose,
    ...(command === undefined ? {} : { command }),
    program: calledAs(context.env),
  });
  return (event) => {
    // Thousands of lines that nobody would see.
    if (args.quiet && (event.type === 'action-start' || event.type === 'action-done')) return;
    const { result, progress, trouble } = text(event);
    if (result !== '') context.stdout.write(result);
    if (trouble !== '') context.stderr.write(trouble);
    if (progress !== '' && !args.quiet) context.stderr.write(progress);
  };
}
