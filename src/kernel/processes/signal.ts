import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { childrenOf, isAlive } from './identity.js';
import { readRecord, writeDefinition } from './record.js';

export type ProcessSignal = Extract<Operation, { op: 'process-signal' }>;

/** The command itself gets it: the child of its namespace's process 1. What it has read is written down behind that. */
export function signalProcess({ process: key, definition }: ProcessSignal): Outcome {
  const { process: recorded } = readRecord(key);
  const command = recorded === null || !isAlive(recorded) ? [] : childrenOf(recorded.pid).flatMap(childrenOf).slice(0, 1);
  if (command.length === 0) return { ok: false, errno: 'ESRCH', message: 'it does not run any more' };
  process.kill(command[0]!, definition.signal);
  writeDefinition(key, definition);
  return { ok: true };
}
