/** For tests: a kernel that refuses, or breaks, and a program that dies, at operations of certain numbers: from 1 on, all of this kernel counted. */
import type { Operation } from '../model/operation.js';
import type { Kernel, Outcome } from './kernel.js';

export interface Faults {
  /** After exactly that many the process kills itself. */
  readonly killAfter?: number;
  /** These are refused without being tried. */
  readonly refuse?: readonly number[];
  /** These throw while they are tried. */
  readonly break?: readonly number[];
}

/** The same kernel where nothing is asked for. */
export function withFaults(kernel: Kernel, { killAfter = Infinity, refuse = [], break: breaking = [] }: Faults): Kernel {
  if (killAfter === Infinity && refuse.length + breaking.length === 0) return kernel;
  let untilKill = killAfter;
  let count = 0;
  const refusalOfNext = (): Outcome | null => {
    count += 1;
    return refuse.includes(count) ? { ok: false, errno: 'EIO', message: `refused for a test, operation ${count}` } : null;
  };
  const run = async (operations: readonly Operation[]): Promise<readonly Outcome[]> => {
    const before = count;
    const refusals = operations.map(refusalOfNext);
    const tried = operations.map((operation, i) => (breaking.includes(before + i + 1) ? broken(operation, before + i + 1) : operation));
    const outcomes = await kernel.run(tried.filter((_operation, i) => refusals[i] === null));
    let at = 0;
    return refusals.map((refusal) => refusal ?? outcomes[at++]!);
  };
  return {
    ...kernel,
    run: async (operations) => {
      if (operations.length < untilKill) {
        untilKill -= operations.length;
        return run(operations);
      }
      await run(operations.slice(0, untilKill));
      process.kill(process.pid, 'SIGKILL');
      throw new Error('killed by itself');
    },
    execute: async function* (operation, stop) {
      const outcome = refusalOfNext() ?? (yield* kernel.execute(operation, stop));
      untilKill -= 1;
      if (untilKill <= 0) process.kill(process.pid, 'SIGKILL');
      return outcome;
    },
  };
}

/** Nothing can be learned of it but what it is. */
function broken(operation: Operation, number: number): Operation {
  return new Proxy(operation, {
    get(target, key) {
      if (key === 'op') return target.op;
      throw new TypeError(`broken for a test, operation ${number}`);
    },
  });
}
