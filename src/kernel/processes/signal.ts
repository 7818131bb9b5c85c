import { spawnSync } from 'node:child_process';
import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { childrenOf, initOf, isAlive } from './identity.js';
import { readRecord, writeDefinition } from './record.js';
import { PATH } from './script.js';

export type ProcessSignal = Extract<Operation, { op: 'process-signal' }>;

/** The command itself gets it: the child of its namespace's process 1. What it has read is written down behind that. */
export function signalProcess({ process: key, definition, check }: ProcessSignal): Outcome {
  const { process: recorded } = readRecord(key);
  const init = recorded === null || !isAlive(recorded) ? undefined : initOf(recorded.pid);
  const [command] = init === undefined ? [] : childrenOf(init);
  if (command === undefined) return { ok: false, errno: 'ESRCH', message: 'it does not run any more' };
  const complaint = check === undefined ? null : complaintOf(check);
  if (complaint !== null) return { ok: false, errno: 'EINVAL', message: `what it is to read is refused: ${complaint}` };
  process.kill(command, definition.signal);
  writeDefinition(key, definition);
  return { ok: true };
}

/** A daemon that gets a signal tells nobody that it goes on with what it had. Null: the check has found nothing. */
function complaintOf([program = '', ...options]: readonly string[]): string | null {
  const { status, error, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8', env: { PATH }, cwd: '/' });
  if (error !== undefined) throw error;
  if (status === 0) return null;
  const said = `${stdout}${stderr}`.trim().split('\n').slice(-3).join('; ').slice(-500);
  return said === '' ? `${program} ended with status ${String(status)}` : said;
}
