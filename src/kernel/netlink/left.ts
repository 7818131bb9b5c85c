/** Namespaces that are read while others are still being changed. */
import { touchedBy } from '../../model/touched.js';
import type { Operation } from '../../model/operation.js';
import { type Ahead, readAhead, ReadingAhead } from './ahead.js';
import type { SecondThread } from './orders.js';
import type { Sessions } from './sessions.js';

/** A thread takes as long to begin as reading so many namespaces. */
const MANY = 256;
/** Fewer are read sooner than one that has begun hears of them. */
const SOME = 64;

interface Threads {
  readonly program?: string;
  readonly second?: SecondThread;
}

export class LeftNamespaces {
  private reading: ReadingAhead | null = null;

  constructor(
    private readonly sessions: Sessions,
    private readonly threads: Threads,
  ) {}

  /** The other thread begins to read these. */
  add(names: readonly string[]): void {
    const { second } = this.threads;
    if (second === undefined || names.length === 0) return;
    this.reading ??= new ReadingAhead(second, this.sessions.directory);
    this.reading.add(names);
  }

  /** What was read of namespaces that operations touch counts no more. */
  change(operations: readonly Operation[]): void {
    for (const operation of this.reading === null ? [] : operations) {
      const touched = touchedBy(operation);
      if (touched === null) {
        this.reading = null;
        return;
      }
      for (const netns of touched) this.reading?.change(netns);
    }
  }

  /** What has been read, and the rest, of which this thread takes its part. Undefined: all is for this thread. */
  ahead({ host }: { readonly host: boolean }): Ahead | undefined {
    const { second, program } = this.threads;
    if (second === undefined && program === undefined) return undefined;
    const { directory } = this.sessions;
    const names = this.sessions.names();
    if (second === undefined) return names.length < MANY ? undefined : readAhead(program!, directory);
    const reading = this.reading ?? (names.length < SOME ? undefined : new ReadingAhead(second, directory));
    this.reading = null;
    reading?.add(names, { host, links: true });
    return reading;
  }
}
