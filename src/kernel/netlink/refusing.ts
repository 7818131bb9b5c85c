import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';

/**
 * What a test lets be refused without being tried, or lets break while it is tried: operations by their number, from 1 on, all of this
 * process counted.
 */
export class Refusing {
  private count = 0;

  constructor(
    private readonly numbers: ReadonlySet<number>,
    private readonly breaking: ReadonlySet<number> = new Set(),
  ) {}

  /** Of the next operation: it is refused. */
  next(): Outcome | null {
    this.count += 1;
    return this.numbers.has(this.count) ? { ok: false, errno: 'EIO', message: `refused for a test, operation ${this.count}` } : null;
  }

  async run(operations: readonly Operation[], run: Run): Promise<readonly Outcome[]> {
    if (this.numbers.size + this.breaking.size === 0) return run(operations);
    const before = this.count;
    const refusals = operations.map(() => this.next());
    const tried = operations.map((operation, i) => (this.breaking.has(before + i + 1) ? broken(operation, before + i + 1) : operation));
    const outcomes = await run(tried.filter((_operation, i) => refusals[i] === null));
    let at = 0;
    return refusals.map((refusal) => refusal ?? outcomes[at++]!);
  }
}

type Run = (operations: readonly Operation[]) => Promise<readonly Outcome[]>;

/** Nothing can be learned of it but what it is. */
function broken(operation: Operation, number: number): Operation {
  return new Proxy(operation, {
    get(target, key) {
      if (key === 'op') return target.op;
      throw new TypeError(`broken for a test, operation ${number}`);
    },
  });
}
