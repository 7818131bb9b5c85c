/** Which file a path means: a twentieth of the time that `statSync` takes, and a thousand namespaces are asked for at a time. */
import { constants } from 'node:os';
import { errno, libc, SystemCallError } from './libc.js';
import { allocate } from './message.js';

export interface Identity {
  readonly inode: number;
  /** Major and minor number in one. */
  readonly device: number;
}

const AT_FDCWD = -100;
const STATX_INO = 0x100;

/** struct statx (`linux/stat.h`) */
const buffer = allocate(256);
const INODE = 32;
const DEVICE_MAJOR = 136;
const DEVICE_MINOR = 140;

/** Null: there is no such file. */
export function identityOf(path: string): Identity | null {
  if (libc.statx(AT_FDCWD, path, 0, STATX_INO, buffer.buffer) < 0) {
    if (errno() === constants.errno.ENOENT) return null;
    throw new SystemCallError('statx', errno(), path);
  }
  const { view } = buffer;
  const device = view.getUint32(DEVICE_MAJOR, true) * 2 ** 20 + view.getUint32(DEVICE_MINOR, true);
  return { inode: Number(view.getBigUint64(INODE, true)), device };
}
