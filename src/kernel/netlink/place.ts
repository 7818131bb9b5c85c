/** The file in /run/netns over which a namespace is mounted. */
import { closeSync, constants, lstatSync, openSync, statfsSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errno, libc, SystemCallError } from './libc.js';

const NSFS_MAGIC = 0x6e736673;
/** `linux/fcntl.h`. */
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;
/** `asm-generic/fcntl.h`. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const MODE = 0o444;

/**
 * Makes the file; one that is no namespace is what a crash left behind, and makes room. The mark in it is seen while no namespace is
 * mounted there: before it is, and when a kill comes after it has been taken away.
 */
export function takePlace(path: string, mark: string): void {
  try {
    makeMarked(path, mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || isOccupied(path)) throw error;
    unlinkSync(path);
    makeMarked(path, mark);
  }
}

/** It gets its name when its mark is in it: no kill leaves a file of which nobody knows whose it was. */
function makeMarked(path: string, mark: string): void {
  const file = openUnnamed(dirname(path));
  if (file === null) {
    writeFileSync(path, mark, { flag: 'wx', mode: MODE });
    return;
  }
  try {
    writeSync(file, mark);
    if (libc.linkat(AT_FDCWD, `/proc/self/fd/${file}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0)
      throw new SystemCallError('linkat', errno(), path);
  } finally {
    closeSync(file);
  }
}

/** Null: the file system has none (overlayfs before Linux 6.1), or the kernel. */
function openUnnamed(directory: string): number | null {
  try {
    return openSync(directory, O_TMPFILE | constants.O_WRONLY, MODE);
  } catch (error) {
    if (['EOPNOTSUPP', 'ENOTSUP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** By a namespace, or by something that is no plain file. */
function isOccupied(path: string): boolean {
  return !lstatSync(path).isFile() || statfsSync(path).type === NSFS_MAGIC;
}
