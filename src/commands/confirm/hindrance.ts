/** Somebody who was stopped with the lock in his hands: whoever waits for it would wait for ever. */
import { currentHolder } from '../../apply/lock-holder.js';
import type { LockHolder } from '../../apply/lock.js';
import { isStopped } from '../../kernel/processes/identity.js';

const POLL_MS = 200;
/** Who goes on within that time was only held up for a moment. */
const PATIENCE_MS = 5000;

/** What topo changes it can change to the end after a kill: the next apply of that lab does. */
export class Hindrance {
  /** Who was ended, a line for each. */
  readonly told: string[] = [];
  private stopped: (LockHolder & { readonly since: number }) | null = null;

  /** Waits for what needs the lock. */
  async during<T>(waiting: Promise<T>): Promise<T> {
    const looks = setInterval(() => this.look(), POLL_MS);
    try {
      return await waiting;
    } finally {
      clearInterval(looks);
      this.stopped = null;
    }
  }

  private look(): void {
    const holder = currentHolder();
    if (holder === null || !isStopped(holder.pid)) {
      this.stopped = null;
      return;
    }
    if (this.stopped?.pid !== holder.pid) this.stopped = { ...holder, since: performance.now() };
    if (performance.now() - this.stopped.since < PATIENCE_MS) return;
    end(holder.pid);
    this.told.push(`topo ${holder.command} of lab ${holder.lab} (process ${holder.pid}) was stopped and in the way: it was ended.\n`);
    this.stopped = null;
  }
}

export function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}
