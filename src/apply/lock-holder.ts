/** Who changes the machine, for somebody who only wants to know: to try the lock would be in the way of those who want it. */
import { readFileSync, statSync } from 'node:fs';
import { holderIn, MACHINE_LOCK, readHolder, type LockHolder } from './lock.js';

/** A sentence; null: nobody does. */
export function lockHolder(file = MACHINE_LOCK): string | null {
  const inode = inodeOf(file);
  return inode !== null && lockedBy(inode) !== null ? readHolder(file) : null;
}

/** Who has the lock now, if that has said so itself; null: nobody. */
export function currentHolder(file = MACHINE_LOCK): LockHolder | null {
  const inode = inodeOf(file);
  const holder = inode === null ? null : holderIn(file);
  return holder !== null && lockedBy(inode!) === holder.pid ? holder : null;
}

/** Whether the process of that number has the lock now. */
export function isHolder(pid: number, file = MACHINE_LOCK): boolean {
  const inode = inodeOf(file);
  return inode !== null && lockedBy(inode) !== null && holderIn(file)?.pid === pid;
}

function inodeOf(file: string): string | null {
  try {
    return String(statSync(file).ino);
  } catch {
    return null;
  }
}

/**
 * The process that took the lock, as this process numbers it; null: nobody has. `1: FLOCK  ADVISORY  WRITE 4711 fe:01:1234 0 EOF`
 * (proc_locks(5)); a waiting one has an arrow before its kind.
 */
function lockedBy(inode: string): number | null {
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  const own = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, kind, , , , file = '']) => kind === 'FLOCK' && file.split(':')[2] === inode);
  return own === undefined ? null : Number(own[4]);
}
