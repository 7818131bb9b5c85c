import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../../model/operation.js';
import type { ProcessKey } from '../../model/process.js';
import type { Outcome } from '../kernel.js';
import { isAlive } from './identity.js';
import { logsOf, readRecord, removeRecord, writeRecord, type ProcessRecord } from './record.js';
import { INIT, LOGGED, PATH, RECORDED, starter } from './script.js';
import { endProcesses } from './stop.js';
import { inTurn, removeTurn, waitTurn } from './turn.js';
import { OWN_SESSION } from '../own-session.js';
import { shellQuote } from '../shell-quote.js';

export type ProcessStart = Extract<Operation, { op: 'process-start' }>;

const OK: Outcome = { ok: true };

/** What is wrong with a command shows by then in most cases: a wrong option, a port that is taken. */
const SETTLING_MS = 100;
/** Until a command is run: a machine may be busy. */
const BEGINNING_MS = 10_000;
const POLL_MS = 5;

/** All at once. */
export async function startProcesses(operations: readonly ProcessStart[]): Promise<readonly Outcome[]> {
  const leftovers = await endProcesses(operations.map(({ process }) => process));
  const ready = operations.filter((_operation, i) => leftovers[i]!.ok);
  try {
    inTurn((turn) => {
      for (const { process, definition } of ready) writeRecord(process, definition);
      launch(ready, turn);
    });
  } catch (error) {
    // None was started: what is written of them, as far as there was room, is of nothing.
    removeTurn();
    for (const { process } of ready) removeRecord(process);
    throw error;
  }
  // Those on their way have the turn until they are recorded.
  waitTurn();
  await waitWhile(ready, BEGINNING_MS, (records) => records.some((record) => record.said === '' && lives(record)));
  await waitWhile(ready, SETTLING_MS, (records) => records.every(lives));
  return operations.map((operation, i) => (leftovers[i]!.ok ? endOf(operation.process, 'at once') : leftovers[i]!));
}

function launch(operations: readonly ProcessStart[], turn: number): void {
  const lines = operations.map(({ process, definition }) => `${starter(process, definition).map(shellQuote).join(' ')} </dev/null`);
  const { error } = spawnSync('sh', {
    // Read to the end before the first line is run: half of it, from a parent that was killed, is an error.
    input: `main() {\n${lines.join('\n')}\n}\nmain\n`,
    stdio: ['pipe', 'ignore', 'ignore', turn],
    env: { PATH, RECORDED, LOGGED, INIT },
    cwd: '/',
    ...OWN_SESSION,
  });
  if (error !== undefined) throw error;
}

const lives = ({ process }: ProcessRecord): boolean => process !== null && isAlive(process);

async function waitWhile(
  operations: readonly ProcessStart[],
  milliseconds: number,
  goesOn: (records: readonly ProcessRecord[]) => boolean,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (performance.now() < deadline && goesOn(operations.map(({ process }) => readRecord(process)))) await sleep(POLL_MS);
}

/** That it goes on, or how it has ended; `when` is how long that took. */
export function endOf(process: ProcessKey, when: 'at once' | 'soon afterwards'): Outcome {
  const record = readRecord(process);
  const { key, said, exit } = record;
  if (said !== '' && said !== 'ok') return { ok: false, errno: 'ENOEXEC', message: said };
  if (said === 'ok' && lives(record)) return OK;
  const end = said === '' ? 'it could not be started' : exit === null ? `it was killed ${when}` : `it ended ${when} with status ${exit}`;
  const last = lastLines(key);
  return { ok: false, errno: 'ECHILD', message: last === '' ? end : `${end}: ${last}` };
}

function lastLines(key: ProcessKey): string {
  return logsOf(key).map(textOf).join('').trimEnd().split('\n').slice(-3).join('; ').slice(-500);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
