import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { childrenOf, initOf, isAlive } from './identity.js';
import { readRecord, writeDefinition } from './record.js';

export type ProcessSignal = Extract<Operation, { op: 'process-signal' }>;

/** The command itself gets it: the child of its namespace's process 1. What it has read is written down behind that. */
export function signalProcess({ process: key, definition }: ProcessSignal): Outcome {
  const { process: recorded } = readRecord(key);
  const init = recorded === null || !isAlive(recorded) ? undefined : initOf(recorded.pid);
  const [command] = init === undefined ? [] : childrenOf(init);
  if (command === undefined) return { ok: false, errno: 'ESRCH', message: 'it does not run any more' };
  process.kill(command, definition.signal);
  writeDefinition(key, definition);
  return { ok: true };
}
