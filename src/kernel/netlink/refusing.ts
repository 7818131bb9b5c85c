import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';

/** What a test lets be refused without being tried: operations by their number, from 1 on, all of this process counted. */
export class Refusing {
  private count = 0;

  constructor(private readonly numbers: ReadonlySet<number>) {}

  /** Of the next operation: it is refused. */
  next(): Outcome | null {
    this.count += 1;
    return this.numbers.has(this.count) ? { ok: false, errno: 'EIO', message: `refused for a test, operation ${this.count}` } : null;
  }

  run(operations: readonly Operation[], run: (operations: readonly Operation[]) => readonly Outcome[]): readonly Outcome[] {
    if (this.numbers.size === 0) return run(operations);
    const refusals = operations.map(() => this.next());
    const outcomes = run(operations.filter((_operation, i) => refusals[i] === null));
    let at = 0;
    return refusals.map((refusal) => refusal ?? outcomes[at++]!);
  }
}
