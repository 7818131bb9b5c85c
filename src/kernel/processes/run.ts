/** Operations on processes. Loaded only where there are any: it takes Node's module for child processes. */
import type { Operation, ProcessOperation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { refusalOf } from '../netlink/refusal.js';
import { signalProcess } from './signal.js';
import { endOf, startProcesses } from './start.js';
import { moveRecords } from './move.js';
import { stopProcesses } from './stop.js';

/** All of one kind: they are begun at once and waited for together. */
export async function runProcesses(operations: readonly ProcessOperation[]): Promise<readonly Outcome[]> {
  const [first] = operations;
  try {
    if (operations.every(isStart)) return await startProcesses(operations);
    if (operations.every(isStop)) return await stopProcesses(operations.map(({ process }) => process));
    if (operations.every(isMove)) return operations.map(moveRecords);
    return operations.map((operation) => signalProcess(operation as Extract<Operation, { op: 'process-signal' }>));
  } catch (error) {
    return operations.map(() => refusalOf(error, first!.op));
  }
}

/** What an operation has set going may have ended since. */
export function goesOn(operation: Operation): Outcome {
  return operation.op === 'process-start' || operation.op === 'process-signal' ? endOf(operation.process, 'soon afterwards') : { ok: true };
}

const isStart = (operation: ProcessOperation): operation is ProcessOperation & { op: 'process-start' } => operation.op === 'process-start';
const isMove = (operation: ProcessOperation): operation is ProcessOperation & { op: 'process-move' } => operation.op === 'process-move';
const isStop = (operation: ProcessOperation): operation is ProcessOperation & { op: 'process-stop' } => operation.op === 'process-stop';
