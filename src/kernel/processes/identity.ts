/** Which process is meant: a number alone may be given to another one. */
import { readFileSync, statSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start: field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly startTime: string;
}

export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null ? null : { pid, startTime: stat[19]! };
}

/** The very same process is there, and is no zombie. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const stat = readStat(pid);
  return stat !== null && stat[0] !== 'Z' && stat[0] !== 'X' && stat[19] === startTime;
}

/** By a signal, as Ctrl-Z sends one, and not by a debugger. */
export const isStopped = (pid: number): boolean => readStat(pid)?.[0] === 'T';

export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Children, their children, and so on. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Process 1 of the process namespace that is below this process: a child of its child. */
export function initOf(pid: number): number | undefined {
  const own = inodeOf(`/proc/${pid}/ns/pid`);
  return childrenOf(pid)
    .flatMap(childrenOf)
    .find((one) => inodeOf(`/proc/${one}/ns/pid`) !== own);
}

/** Whose child it is, and so on; not itself. */
export function ancestorsOf(pid: number): readonly number[] {
  const parent = Number(readStat(pid)?.[1] ?? 0);
  return parent === 0 ? [] : [parent, ...ancestorsOf(parent)];
}

/** Inode of the network namespace that it is in; null where nobody may know. */
export function netnsOf(pid: number | 'self'): number | null {
  return inodeOf(`/proc/${pid}/ns/net`);
}

export function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}

/** The fields from the third on; the second, the name, is the only one that may hold spaces and parentheses. */
function readStat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
