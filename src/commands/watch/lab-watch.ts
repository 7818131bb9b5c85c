/** One lab that is watched: looks at it, tells what is otherwise, and puts it right if that is wanted. */
import { currentHolder, lockHolder } from '../../apply/lock-holder.js';
import { nothing, readAgain, readKernel } from '../../apply/observe.js';
import { findState } from '../../kinds/find.js';
import type { Attended, Kernel, Notices } from '../../kernel/kernel.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import type { NetnsObservation, Observation } from '../../model/observation.js';
import type { Plan } from '../../model/plan.js';
import { HOST } from '../../model/state.js';
import type { Cause, DriftObject, WatchEvent } from '../../model/watch-event.js';
import { driftOf } from '../../watch/drift.js';
import { blocked, changed, isNews, leftAlone, newLab, repaired, seen, type LabState, type Step } from '../../watch/lab.js';
import { without } from '../../watch/part.js';
import { namesOf, ofNamespaces, ofNotices, together, type Pending } from '../../watch/pending.js';
import { openLabKernel } from '../container-kernel.js';
import type { Context, Interrupts } from '../context.js';
import type { Lab } from '../lab.js';
import { acquireMachineLock } from '../machine-lock.js';
import type { WatchArguments } from '../options.js';
import { planAnyway, planObserved, refuseProtected } from '../planned.js';
import { shownPlan } from '../print-plan.js';
import { WORDS } from '../words.js';
import { Hold } from './hold.js';
import { notFree, problemsOf } from './problems.js';
import { carryOutPlan, touchedBy, triedOf } from './repair.js';

export interface Surroundings {
  readonly args: WatchArguments;
  readonly context: Context;
  readonly interrupts: Interrupts;
  tell(event: WatchEvent): void;
  /** Everything was read, not only what was heard of. */
  countFullRead(): void;
  /** Gives what was heard since to every lab, this one too. */
  hear(): void;
}

export class LabWatch {
  private state: LabState;
  private observation: Observation | null = null;
  private plan: Plan | null = null;
  private problems: readonly Diagnostic[] | null = null;
  private pending: Pending = 'all';
  private cause: Cause = 'start';
  private isUntold = false;
  private isWaitingTold = false;
  /** It was looked at while somebody changed it. */
  private isMidway = false;
  private readonly hold: Hold;
  private names: ReadonlySet<string> = new Set();

  constructor(
    readonly file: string,
    private lab: Lab,
    private readonly around: Surroundings,
  ) {
    this.state = newLab(this.name);
    this.hold = new Hold(this.name, (event) => around.tell(event));
  }

  get name(): string {
    return this.lab.wanted.state.lab;
  }

  /** The file says something else. */
  change(lab: Lab): void {
    this.lab = lab;
    this.state = changed(this.state);
    this.mark('all', 'file');
  }

  mark(pending: Pending, cause: Cause): void {
    if (pending === null) return;
    // What a person has just changed is more telling than what is heard on that occasion.
    if (this.pending === null || cause === 'file') this.cause = cause;
    this.pending = together(this.pending, pending);
  }

  hear(notices: Notices): void {
    if (this.observation === null) return;
    this.mark(ofNotices(notices, this.observation, this.names), 'kernel');
  }

  /** What is to be heard of for its sake, the host's namespace first. */
  get attended(): readonly Attended[] {
    const { observation } = this;
    if (observation === null) return [];
    const keepsNeighbours = ({ neighbours, fdb = [] }: NetnsObservation): boolean =>
      fdb.length > 0 || neighbours.some(({ permanent }) => permanent);
    const host = { netns: HOST, inode: undefined, keepsNeighbours: keepsNeighbours(observation.host) };
    const living = observation.namespaces.filter(({ stale }) => !stale);
    return [host, ...living.map((ns) => ({ netns: ns.netns, inode: ns.inode, keepsNeighbours: keepsNeighbours(ns) }))];
  }

  get processes(): readonly number[] {
    const { processes = [], containers } = this.observation ?? {};
    const running = processes.flatMap(({ pid, running: isRunning }) => (isRunning ? [pid] : []));
    return [...running, ...(containers?.found ?? []).flatMap(({ pid }) => (pid === 0 ? [] : [pid]))];
  }

  /** Names of the sets of files that its nodes have. */
  get sets(): readonly string[] {
    return [...(this.observation?.files.sets.keys() ?? [])];
  }

  /** That it is not heard of until now. */
  hearAlso(names: ReadonlySet<string>): void {
    const own = [...names].filter((name) => this.names.has(name));
    if (own.length > 0) this.mark(ofNamespaces(own), 'kernel');
  }

  /** Or did, or may from now on. */
  owns(netns: string): boolean {
    return this.names.has(netns) || netns.startsWith(`${this.name}.`);
  }

  /** When to turn to it again though nothing is heard: 0 is at once; null: not at all. */
  wakeAt(now: number): number | null {
    if (this.pending !== null) return 0;
    if (this.hold.isUnconfirmed) return now + HELD_MS;
    return this.isUntold ? now + BUSY_MS : this.state.wakeAt;
  }

  /** Whatever is to be done now. */
  async turn(): Promise<void> {
    const now = performance.now();
    if (this.hold.isConfirmedNow()) this.mark('all', 'retry');
    const isDue = this.state.wakeAt !== null && this.state.wakeAt <= now;
    if (isDue && this.pending === null) this.mark(this.state.isBlocked ? 'all' : ofNamespaces([]), 'retry');
    if (this.pending !== null) await this.look();
    if (!this.isUntold) return;
    if (this.isSomebodyChanging()) return;
    if (this.isMidway) {
      // Not all of it was announced: that a file gets its namespace is not.
      this.isMidway = false;
      this.mark('all', this.cause);
      return;
    }
    this.tell();
    if (this.around.args.repair && this.problems === null) await this.repair();
  }

  /** In the middle of another one's apply everything is drift. */
  private isSomebodyChanging(): boolean {
    const isBad = this.problems !== null || (this.plan?.actions.length ?? 0) > 0;
    const isOfWeight = isBad && (this.around.args.repair || isNews(this.state, this.drift));
    const holder = isOfWeight ? lockHolder() : null;
    if (holder !== null && !this.isWaitingTold) this.around.tell({ type: 'waiting', lab: this.name, holder });
    this.isWaitingTold = holder !== null;
    return holder !== null || (this.isMidway && this.isOwnChange());
  }

  /** Somebody makes something else of this lab. */
  private isOwnChange(): boolean {
    return currentHolder()?.lab === this.name;
  }

  private get drift(): readonly DriftObject[] {
    return this.plan === null ? [] : driftOf(shownPlan(this.plan, this.around.args), WORDS);
  }

  private tell(): void {
    this.isUntold = false;
    const now = performance.now();
    this.step(this.problems === null ? seen(this.state, this.drift, this.cause, now) : blocked(this.state, this.problems, now));
  }

  private step({ state, events }: Step): void {
    this.state = state;
    for (const event of events) this.around.tell(event);
  }

  private async look(): Promise<void> {
    const { args, context } = this.around;
    if (this.isOwnChange()) this.isMidway = true;
    await this.guarded(async () => {
      const kernel = await openLabKernel(this.lab.wanted, args, context);
      try {
        this.read(kernel);
      } finally {
        kernel.close();
      }
    });
    this.isUntold = true;
  }

  /** What is pending, and what follows from it. */
  private read(kernel: Kernel): void {
    const { pending, observation: before, lab } = this;
    this.pending = null;
    const isWhole = pending === 'all' || before === null;
    if (isWhole) this.around.countFullRead();
    const observation = isWhole
      ? readKernel(kernel, lab.wanted)
      : pending === null
        ? before
        : readAgain(kernel, lab.wanted, before, pending);
    if (observation === before && this.problems === null && !isWhole) return;
    this.observation = observation;
    this.names = namesOf(observation, lab.wanted.observe.namespaces);
    this.plan = planObserved(lab, { ...findState(observation, lab.wanted.state), observation }).plan;
    this.problems = null;
  }

  /** What is wrong with the machine is told, and tried again later. */
  private async guarded(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.problems = problemsOf(error);
      this.plan = null;
    }
  }

  private async repair(): Promise<void> {
    if (this.part().actions.length === 0 || this.hold.isOn(this.lab.wanted.state)) return;
    await this.guarded(() => this.locked((kernel) => this.repairLocked(kernel)));
    if (this.problems === null) return;
    this.isUntold = true;
    this.tell();
  }

  private part(): Plan {
    return without(this.plan!, leftAlone(this.state, performance.now()));
  }

  /** Leaves it for later if somebody else has the lock for longer than that. */
  private async locked(body: (kernel: Kernel) => Promise<void>, timeoutMs = 0): Promise<void> {
    const { args, context, interrupts } = this.around;
    const holder = { pid: process.pid, command: 'watch', lab: this.name };
    const interrupted = (): boolean => interrupts.signal !== null;
    const lock = await acquireMachineLock({ holder, timeoutMs, onWait: () => undefined, interrupted }).catch(notFree);
    if (lock === null) {
      this.isUntold = true;
      return;
    }
    try {
      const kernel = await openLabKernel(this.lab.wanted, args, context);
      try {
        await body(kernel);
      } finally {
        kernel.close();
      }
    } finally {
      lock.release();
    }
  }

  private async repairLocked(kernel: Kernel): Promise<void> {
    if (this.hold.isOn(this.lab.wanted.state)) return;
    // What was planned may be done already, by whoever had the lock.
    this.around.hear();
    if (this.pending !== null) this.read(kernel);
    const part = this.part();
    if (part.actions.length === 0) return;
    this.hold.end();
    const verify = (): Plan => {
      this.around.hear();
      this.mark(touchedBy(part), this.cause);
      this.read(kernel);
      // What else has come up meanwhile is no failure of this.
      return { ...this.plan!, actions: this.plan!.actions.filter(({ id }) => part.actions.some((one) => one.id === id)) };
    };
    const result = await carryOutPlan({
      phase: 'apply',
      kernel,
      plan: part,
      wanted: this.lab.wanted,
      verify,
      interrupts: this.around.interrupts,
    });
    if (result.told.outcome === 'failed' || result.told.outcome === 'interrupted') this.mark(touchedBy(part), this.cause);
    this.step(repaired(this.state, triedOf(part, result), result.told, performance.now()));
    if (this.pending === null) this.step(seen(this.state, this.drift, this.cause, performance.now()));
    // What is left may be tried at once.
    if (this.plan!.actions.length > 0) this.mark(ofNamespaces([]), this.cause);
  }

  /** Everything of the lab goes, unless something of it is protected. */
  async destroy(): Promise<void> {
    const wanted = nothing(this.name);
    const { interrupts } = this.around;
    const destroyLocked = async (kernel: Kernel): Promise<void> => {
      const gone = (): Plan => {
        const { plan, observed } = planAnyway(kernel, wanted);
        refuseProtected(plan, wanted.state, observed.state);
        return plan;
      };
      const { told } = await carryOutPlan({ phase: 'destroy', kernel, plan: gone(), wanted, verify: gone, interrupts });
      this.step(repaired(this.state, new Set(), told, performance.now()));
    };
    await this.guarded(() => this.locked(destroyLocked, Infinity));
    if (this.problems !== null) this.tell();
  }
}

/** How long until somebody else may be done. */
const BUSY_MS = 50;
/** How long until what is to be confirmed is looked at again. */
const HELD_MS = 250;
