/** Runs on its own, behind an apply that is to be confirmed: waits, and reverts it if nobody has confirmed it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readDeadline, writeReverted, writeWatchdog } from '../../apply/pending.js';
import { isPending } from '../../apply/pending-files.js';
import { identify } from '../../kernel/processes/identity.js';
import { kindOf } from '../../kinds/index.js';
import { hideEvent } from '../../plan/hide.js';
import { applyText } from '../../report/apply-text.js';
import type { Context } from '../context.js';
import { acquireMachineLock } from '../machine-lock.js';
import { WORDS } from '../words.js';
import { revert } from './revert.js';

const POLL_MS = 200;
/** Whoever changes the machine at the moment ends some day. */
const LOCK_TIMEOUT_MS = 24 * 3_600_000;

export async function run(lab: string, context: Context): Promise<number> {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  if (!isPending(lab)) return 1;
  writeWatchdog(lab, identify(process.pid)!);
  for (;;) {
    while (!isDue(lab)) {
      if (!isPending(lab)) return 0;
      await sleep(POLL_MS);
    }
    const lock = await acquireMachineLock({
      holder: { pid: process.pid, command: 'confirm --revert', lab },
      timeoutMs: LOCK_TIMEOUT_MS,
      onWait: () => undefined,
      interrupted: () => false,
    });
    try {
      // It was confirmed meanwhile, or the apply has ended only now.
      if (isPending(lab) && isDue(lab)) return await revertAndTell(lab, context);
    } finally {
      lock?.release();
    }
  }
}

function isDue(lab: string): boolean {
  const deadline = readDeadline(lab);
  return deadline !== null && Date.now() >= deadline;
}

async function revertAndTell(lab: string, context: Context): Promise<number> {
  const text = applyText(WORDS, { color: false, verbose: false });
  const lines: string[] = [];
  const tell = (line: string): void => {
    lines.push(line);
    writeReverted(lab, lines.join(''));
  };
  try {
    const events = revert(lab, context);
    let step = await events.next();
    for (; step.done !== true; step = await events.next()) {
      const { result, progress, trouble } = text(hideEvent(step.value, kindOf));
      lines.push(result + progress + trouble);
    }
    tell(step.value ? 'All is as it was before.\n' : 'Not all is as it was before.\n');
    return step.value ? 0 : 1;
  } catch (error) {
    const { errorText } = await import('../error-text.js');
    tell(errorText(error, false, false));
    return 1;
  }
}
