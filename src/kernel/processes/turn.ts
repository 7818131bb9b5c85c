/**
 * Whoever starts processes has the turn, and what he has begun to start keeps it until it is recorded, even if he is
 * killed meanwhile: who comes next finds all of it in the records.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { expect, libc } from '../netlink/libc.js';

const TURN = `${PROCESS_DIRECTORY}.lock`;
/** sys/file.h */
const SHARED = 1;
const EXCLUSIVE = 2;

/** `body` gets the open file: a child that inherits it has the turn too. */
export function inTurn<T>(body: (fd: number) => T): T {
  mkdirSync(dirname(TURN), { recursive: true, mode: 0o755 });
  return holding(openSync(TURN, 'a', 0o600), EXCLUSIVE, body);
}

/** Behind what is being started. */
export function waitTurn(): void {
  if (existsSync(TURN)) holding(openSync(TURN, 'r'), SHARED, () => undefined);
}

function holding<T>(fd: number, operation: number, body: (fd: number) => T): T {
  try {
    expect('flock', libc.flock(fd, operation), TURN);
    return body(fd);
  } finally {
    closeSync(fd);
  }
}
