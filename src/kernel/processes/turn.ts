/**
 * Whoever starts processes has the turn, and what he has begun to start keeps it until it is recorded, even if he is
 * killed meanwhile: who comes next finds all of it in the records.
 */
import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeOwnFolder } from '../own-folder.js';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { expect, libc } from '../netlink/libc.js';
import { inodeOf } from './identity.js';

const TURN = `${PROCESS_DIRECTORY}.lock`;
/** sys/file.h */
const SHARED = 1;
const EXCLUSIVE = 2;

/** `body` gets the open file: a child that inherits it has the turn too. */
export function inTurn<T>(body: (fd: number) => T): T {
  makeOwnFolder(dirname(TURN), 0o700);
  for (;;) {
    // Who can open it can lock it (flock(2) asks for no right to write): root alone.
    const fd = openSync(TURN, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    const done = holding(fd, EXCLUSIVE, () => (isStill(fd) ? { result: body(fd) } : null));
    if (done !== null) return done.result;
  }
}

/** Whoever removed the file had the turn, and a file that is made after that is another one. */
const isStill = (fd: number): boolean => fstatSync(fd).ino === inodeOf(TURN);

/** Behind what is being started. */
export function waitTurn(): void {
  try {
    holding(openSync(TURN, constants.O_RDONLY | constants.O_NOFOLLOW), SHARED, () => undefined);
  } catch (error) {
    // Nothing has been started since the last process was forgotten.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * The file is made anew by who starts the next process. To be called with the lock of the machine, which keeps away all who
 * start processes but those that a killed one has left; these have ended with the turn. Who reads may go on at once.
 */
export function removeTurn(): void {
  inTurn(() => unlinkSync(TURN));
}

/** Where there are no records: somebody was killed before he had written the first. Under the lock of the machine as well. */
export function removeLeftTurn(): void {
  const isLeft = !existsSync(PROCESS_DIRECTORY) && lstatSync(TURN, { throwIfNoEntry: false })?.isFile() === true;
  if (isLeft) removeTurn();
}

function holding<T>(fd: number, operation: number, body: (fd: number) => T): T {
  try {
    expect('flock', libc.flock(fd, operation), TURN);
    return body(fd);
  } finally {
    closeSync(fd);
  }
}
