import { readFileSync } from 'node:fs';

/**
 * Milliseconds since the machine was started, its sleep included (CLOCK_BOOTTIME, proc_uptime(5)): the same for all processes, and nobody
 * sets it. A date may be set back, or forward by decades when the time comes over the network.
 */
export function sinceBoot(): number {
  return Math.round(1000 * Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
}

/** What the clock on the wall will show then. */
export const dateOf = (moment: number): Date => new Date(Date.now() + moment - sinceBoot());
