/** What this thread asks of the second one (`second-thread.ts`), which does it while this one has other things to do, or does some of it itself. */
import type * as Threads from 'node:worker_threads';
import type { NetnsAdd } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { Spares } from './spares.js';

/** What the second thread is given as it begins. */
export interface Post {
  readonly port: Threads.MessagePort;
  /** `ORDERED`, `DONE`: so many orders, in that order; `BEGUN`: 1 as soon as it runs. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  /** So many files will be open at once. */
  readonly files: number;
}

export const ORDERED = 0;
export const DONE = 1;
export const BEGUN = 2;

/** Of so many namespaces: of each its socket, and for a while its own file. */
export const filesOf = (namespaces: number): number => 64 + 2 * namespaces;

/** So few that are to go have a file open at once, as many as any process may. */
export const GOING_AT_ONCE = 256;

export type Task =
  /** Namespaces of that directory, by name. */
  | ({ readonly what: 'read'; readonly directory: string; readonly items: readonly string[] } & Besides)
  | { readonly what: 'make'; readonly items: readonly PlannedNetns[] }
  /** Namespaces lose their names. */
  | { readonly what: 'unname'; readonly items: readonly Going[] }
  /** So many namespaces without a name, until something else is asked: `make` takes them, in both threads. `shared`: of `Spares`. */
  | { readonly what: 'spare'; readonly count: number; readonly shared: Int32Array<SharedArrayBuffer>; readonly items: readonly [] };

/** What is the other thread's alone. */
export interface Besides {
  /** The host's own namespace, before all others: it takes as long as a hundred of them. */
  readonly host: boolean;
  /** What stands in /etc/netns. */
  readonly links: boolean;
}

export interface PlannedNetns extends Pick<NetnsAdd, 'alias' | 'sysctls'> {
  /** Of its name. */
  readonly path: string;
}

/** A namespace that is to go. */
export interface Going {
  readonly netns: string;
  /** Of its name. */
  readonly path: string;
  /** It may have a link in /etc/netns. */
  readonly files: boolean;
}

export type Order = Task & {
  readonly number: number;
  /** One number: so many of the items are somebody's already. */
  readonly taken: Int32Array<SharedArrayBuffer>;
};

/** By the index of the item; those that are missing were the other thread's. */
export interface Answer {
  readonly number: number;
  readonly value: Recording | readonly Done[];
}

export interface Recorded {
  readonly netns: string;
  /** Of the namespace. */
  readonly inode: number;
  readonly start: number;
  readonly end: number;
}

export interface Recording {
  readonly bytes: ArrayBuffer;
  readonly namespaces: readonly Recorded[];
  /** What stands in /etc/netns, as `NodeFilesObservation` has it; null: nobody wanted to know. */
  readonly links: ReadonlyMap<string, string | null> | null;
}

export interface Done {
  readonly index: number;
  readonly outcome: Outcome;
}

export interface Made extends Done {
  /** A socket in it; absent: it was not made. */
  readonly session?: { readonly fd: number; readonly inode: number; readonly forwarding: ReadonlyMap<4 | 6, string | null> };
}

/** Few enough that neither thread waits long for the other's last ones. */
const AT_A_TIME = 8;

/** Indexes from the first up to the second, which nobody has begun with; null: all are somebody's. */
export function takeSome({ items, taken }: Pick<Order, 'items' | 'taken'>): readonly [number, number] | null {
  const first = Atomics.add(taken, 0, AT_A_TIME);
  return first < items.length ? [first, Math.min(first + AT_A_TIME, items.length)] : null;
}

/** A thread that does not begin must not hold up anybody. */
const BEGIN_MS = 500;
/** However long other work on the machine holds it up. */
const ANSWER_MS = 10_000;

/** What is asked of the other thread, to be shared with it. */
export class Share<T extends Answer['value']> {
  private own = 0;
  private got: T | undefined;
  private isAsked = false;

  constructor(
    private readonly order: Order,
    private readonly answered: (number: number) => T | undefined,
    private readonly isDone: (number: number) => boolean,
  ) {}

  /** Whether `answer` would not wait. */
  isAnswered(): boolean {
    return this.isAsked || this.isDone(this.order.number);
  }

  /** Items that are this thread's now: indexes from the first up to the second; null: none are left. */
  take(): readonly [number, number] | null {
    const some = takeSome(this.order);
    if (some !== null) this.own += some[1] - some[0];
    return some;
  }

  /** Waits for the other thread; undefined: it was not heard of, or has done nothing of it. Call it when nothing is left to take. */
  answer(): T | undefined {
    const isAlone = this.own === this.order.items.length && !(this.order.what === 'read' && (this.order.host || this.order.links));
    if (!this.isAsked && !isAlone) this.got = this.answered(this.order.number);
    this.isAsked = true;
    return this.got;
  }
}

export class SecondThread {
  private readonly answers = new Map<number, Answer['value']>();
  private ordered = 0;
  private spares: Spares | undefined;

  private constructor(
    private readonly threads: typeof Threads,
    private readonly port: Threads.MessagePort,
    private readonly counts: Post['counts'],
  ) {}

  private static begun: SecondThread | undefined;

  /** One begins now, for the next that is started. */
  static begin(program: string, files: number): void {
    this.begun = this.start(program, files);
  }

  /** `program`: the file of `second-thread.ts`, bundled. Undefined where Node (before 20.16) has no way to load threads only now. */
  static start(program: string, files = 0): SecondThread | undefined {
    const { begun } = this;
    this.begun = undefined;
    if (begun !== undefined) return begun;
    if (!('getBuiltinModule' in process)) return undefined;
    const threads = process.getBuiltinModule('node:worker_threads');
    const { port1, port2 } = new threads.MessageChannel();
    const counts = new Int32Array(new SharedArrayBuffer(12));
    const post: Post = { port: port2, counts, files };
    // Files are opened by one thread and closed by the other, of which Node would warn.
    const worker = new threads.Worker(program, { workerData: post, transferList: [port2], trackUnmanagedFds: false });
    // One that is ended while it loads native code takes the process along (koffi throws where nothing may be thrown any more).
    process.once('exit', () => Atomics.wait(counts, BEGUN, 0, BEGIN_MS));
    // What goes wrong there is done here instead.
    worker.on('error', () => undefined);
    worker.unref();
    return new SecondThread(threads, port1, counts);
  }

  read(directory: string, names: readonly string[], besides: Besides): Share<Recording> {
    return this.ask<Recording>({ what: 'read', directory, items: names, ...besides });
  }

  make(namespaces: readonly PlannedNetns[]): Share<readonly Made[]> {
    return this.ask<readonly Made[]>({ what: 'make', items: namespaces });
  }

  /** So many are likely to be asked for. Nobody sees them, and they end with the thread. */
  spare(count: number): void {
    if (count <= 0) return;
    const shared = Spares.of(count);
    this.spares = new Spares(shared);
    this.ask({ what: 'spare', count, shared, items: [] });
  }

  /** One of those that have been made by now, as a file that is the caller's to close. */
  takeSpare(): number | undefined {
    return this.spares?.take();
  }

  unname(namespaces: readonly Going[]): Share<readonly Done[]> {
    return this.ask<readonly Done[]>({ what: 'unname', items: namespaces });
  }

  /** It ends when it has done what was asked. */
  close(): void {
    this.send(null);
  }

  private ask<T extends Answer['value']>(task: Task): Share<T> {
    const order: Order = { ...task, number: this.ordered, taken: new Int32Array(new SharedArrayBuffer(4)) };
    this.send(order);
    const answered = (number: number): T | undefined => this.answerTo(number) as T | undefined;
    return new Share(order, answered, (number) => Atomics.load(this.counts, DONE) > number);
  }

  private send(order: Order | null): void {
    this.port.postMessage(order);
    Atomics.store(this.counts, ORDERED, ++this.ordered);
    Atomics.notify(this.counts, ORDERED);
  }

  private answerTo(number: number): Answer['value'] | undefined {
    Atomics.wait(this.counts, BEGUN, 0, BEGIN_MS);
    const deadline = performance.now() + (Atomics.load(this.counts, BEGUN) === 0 ? 0 : ANSWER_MS);
    for (let done = Atomics.load(this.counts, DONE); done <= number; done = Atomics.load(this.counts, DONE)) {
      if (Atomics.wait(this.counts, DONE, done, Math.max(0, deadline - performance.now())) === 'timed-out') return undefined;
    }
    for (let next = this.received(); next !== undefined; next = this.received()) this.answers.set(next.number, next.value);
    const value = this.answers.get(number);
    this.answers.delete(number);
    return value;
  }

  private received(): Answer | undefined {
    return this.threads.receiveMessageOnPort(this.port)?.message as Answer | undefined;
  }
}
