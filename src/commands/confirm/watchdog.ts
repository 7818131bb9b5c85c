/** Runs on its own, behind an apply that is to be confirmed: waits, and reverts it if nobody has confirmed it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sinceBoot } from '../../apply/boot-clock.js';
import { isHolder } from '../../apply/lock-holder.js';
import { readDeadline, readOwner, writeReverted, writeWatchdog } from '../../apply/pending.js';
import { isPending } from '../../apply/pending-files.js';
import { identify, isAlive } from '../../kernel/processes/identity.js';
import { kindOf } from '../../kinds/index.js';
import { hideEvent } from '../../plan/hide.js';
import { applyText } from '../../report/apply-text.js';
import type { Context } from '../context.js';
import { acquireMachineLock } from '../machine-lock.js';
import { WORDS } from '../words.js';
import { end, Hindrance } from './hindrance.js';
import { revert } from './revert.js';

const POLL_MS = 200;
/** Whoever changes the machine at the moment ends some day. */
const LOCK_TIMEOUT_MS = 24 * 3_600_000;
/** Behind the deadline: a machine may be busy, and an apply that is at work moves it on each second. */
const GRACE_MS = 5000;
/** Before what was refused is tried again, each time. */
const PAUSES_MS = [1000, 5000, 15_000, 60_000, 60_000];

export async function run(lab: string, context: Context): Promise<number> {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  if (!isPending(lab)) return 1;
  writeWatchdog(lab, identify(process.pid)!);
  const hindrance = new Hindrance();
  for (let tries = 0; ;) {
    while (!isDue(lab) || isAtWork(lab)) {
      if (!isPending(lab)) return 0;
      await sleep(POLL_MS);
    }
    const lock = await hindrance.during(
      acquireMachineLock({
        holder: { pid: process.pid, command: 'confirm --revert', lab },
        timeoutMs: LOCK_TIMEOUT_MS,
        onWait: () => undefined,
        interrupted: () => false,
      }),
    );
    const pause = PAUSES_MS[tries];
    try {
      // It was confirmed meanwhile, or the apply has ended only now.
      if (!isPending(lab) || !isDue(lab)) continue;
      if (await revertAndTell(lab, context, { told: hindrance.told, pause })) return 0;
    } finally {
      lock?.release();
    }
    if (pause === undefined) return 1;
    tries += 1;
    await sleep(pause);
  }
}

function isDue(lab: string, graceMs = 0): boolean {
  const deadline = readDeadline(lab);
  return deadline !== null && sinceBoot() >= deadline + graceMs;
}

/** Whether the apply itself has the lock still; where it hangs, or somebody has stopped it, it is ended. */
function isAtWork(lab: string): boolean {
  const owner = readOwner(lab);
  if (owner === null || !isHolder(owner.pid) || !isAlive(owner)) return false;
  if (isDue(lab, GRACE_MS)) end(owner.pid);
  return true;
}

interface Turn {
  /** What there is to tell before. */
  readonly told: readonly string[];
  /** What is refused is tried again after so many milliseconds. */
  readonly pause: number | undefined;
}

/** True: all is as it was. */
async function revertAndTell(lab: string, context: Context, { told, pause }: Turn): Promise<boolean> {
  const text = applyText(WORDS, { color: false, verbose: false });
  const lines = [...told];
  const tell = (line: string): void => {
    lines.push(line);
    writeReverted(lab, lines.join(''));
  };
  const again = pause === undefined ? 'topo confirm --revert tries again' : `tried again after ${pause / 1000} s`;
  try {
    const events = revert(lab, context);
    let step = await events.next();
    for (; step.done !== true; step = await events.next()) {
      const { result, progress, trouble } = text(hideEvent(step.value, kindOf));
      lines.push(result + progress + trouble);
    }
    tell(step.value ? 'All is as it was before.\n' : `Not all is as it was before: ${again}.\n`);
    return step.value;
  } catch (error) {
    const { errorText } = await import('../error-text.js');
    tell(`${errorText(error, false, false)}Not all is as it was before: ${again}.\n`);
    return false;
  }
}
