/** Who changes the machine, for somebody who only wants to know: to try the lock would be in the way of those who want it. */
import { readFileSync, statSync } from 'node:fs';
import { holderIn, MACHINE_LOCK, readHolder } from './lock.js';

/** A sentence; null: nobody does. */
export function lockHolder(file = MACHINE_LOCK): string | null {
  const inode = inodeOf(file);
  return inode !== null && isLocked(inode) ? readHolder(file) : null;
}

/** Whether the process of that number has the lock now. */
export function isHolder(pid: number, file = MACHINE_LOCK): boolean {
  const inode = inodeOf(file);
  return inode !== null && isLocked(inode) && holderIn(file)?.pid === pid;
}

function inodeOf(file: string): string | null {
  try {
    return String(statSync(file).ino);
  } catch {
    return null;
  }
}

/** `1: FLOCK  ADVISORY  WRITE 4711 fe:01:1234 0 EOF` (proc_locks(5)); a waiting one has an arrow before its kind. */
function isLocked(inode: string): boolean {
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, kind, , , , file = '']) => kind === 'FLOCK' && file.split(':')[2] === inode);
}
