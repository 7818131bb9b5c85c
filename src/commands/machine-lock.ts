import { constants } from 'node:os';
import { acquireLock, MACHINE_LOCK, type Lock, type LockRequest } from '../apply/lock.js';
import { makeOwnFolder } from '../kernel/own-folder.js';
import { errno, expect, libc } from '../kernel/netlink/libc.js';

/** LOCK_EX | LOCK_NB, sys/file.h */
const EXCLUSIVE_WITHOUT_WAITING = 2 | 4;

/** The lock of this machine, or of the sandbox that the program runs in. Null when a signal came first. */
export function acquireMachineLock(request: Omit<LockRequest, 'file' | 'makeFolder' | 'tryLock'>): Promise<Lock | null> {
  return acquireLock({ ...request, file: MACHINE_LOCK, makeFolder: (path) => makeOwnFolder(path, 0o700), tryLock });
}

function tryLock(fd: number): boolean {
  const result = libc.flock(fd, EXCLUSIVE_WITHOUT_WAITING);
  if (result < 0 && errno() === constants.errno.EAGAIN) return false;
  expect('flock', result, MACHINE_LOCK);
  return true;
}
