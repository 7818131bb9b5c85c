import { readFileSync } from 'node:fs';

/** A process for good: its number alone may be given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start: field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly startTime: string;
  /** The boot that both numbers belong to. */
  readonly boot: string;
}

export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null ? null : { pid, startTime: stat[19]!, boot: bootId() };
}

/** The very same process is there and is no zombie. */
export function isAlive(process: ProcessIdentity): boolean {
  const stat = readStat(process.pid);
  return stat !== null && stat[0] !== 'Z' && stat[0] !== 'X' && stat[19] === process.startTime && bootId() === process.boot;
}

/** The group that reads the terminal's keys, ours: what is typed as a signal went to all of us. */
export function isForeground(): boolean {
  const stat = readStat('self');
  return stat !== null && stat[2] === stat[5];
}

export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The fields from the third on; the second, the name, is the only one that may hold spaces and parentheses. */
function readStat(pid: number | 'self'): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
