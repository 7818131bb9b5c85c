/**
 * An apply that is to be confirmed: a folder in /run, which holds what there was before it, until when it may be confirmed, and
 * who reverts it otherwise. It is there before the first change, so that nothing depends on whoever makes the changes.
 */
import { closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import type { Former } from '../kinds/former.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Runtime } from '../model/lo-marks.js';
import type { Wanted } from './observe.js';
import { fileOf, PENDING, REVERTED } from './pending-files.js';

export interface Basis {
  readonly former: Former;
  readonly wanted: Wanted;
  readonly runtime: Runtime | undefined;
}

/** The process that reverts. */
export interface Watchdog {
  readonly pid: number;
  /** As in `ProcessIdentity`. */
  readonly startTime: string;
}

/** `basis` is a `Basis`, serialized; the deadline, in milliseconds since 1970, comes last and makes it valid. */
export function writePending(lab: string, basis: Buffer, deadline: number): void {
  removePending(lab);
  for (const folder of ['/run/topo', PENDING, `${PENDING}/${lab}`]) makeFolder(folder);
  write(fileOf(lab, 'basis'), basis);
  writeDeadline(lab, deadline);
}

export function writeDeadline(lab: string, deadline: number): void {
  write(fileOf(lab, 'deadline'), String(deadline));
}

export function writeWatchdog(lab: string, watchdog: Watchdog): void {
  write(fileOf(lab, 'watchdog'), JSON.stringify(watchdog));
}

/** Null: nothing is to be confirmed. */
export function readDeadline(lab: string): number | null {
  const text = read(fileOf(lab, 'deadline'));
  return text === null ? null : Number(text);
}

/** Null: it is not there yet. */
export function readWatchdog(lab: string): Watchdog | null {
  const text = read(fileOf(lab, 'watchdog'));
  return text === null ? null : (JSON.parse(text.toString()) as Watchdog);
}

export const readBasis = (lab: string): Buffer | null => read(fileOf(lab, 'basis'));

export function removePending(lab: string): void {
  rmSync(`${PENDING}/${lab}`, { recursive: true, force: true });
  removeIfEmpty(PENDING);
}

/** With its modification time, which is when it was reverted. */
export function readReverted(lab: string): { readonly text: string; readonly at: Date } | null {
  const file = `${REVERTED}/${lab}`;
  const text = read(file);
  return text === null ? null : { text: text.toString(), at: lstatSync(file).mtime };
}

export function writeReverted(lab: string, text: string): void {
  for (const folder of ['/run/topo', REVERTED]) makeFolder(folder);
  write(`${REVERTED}/${lab}`, text);
}

export function forgetReverted(lab: string): void {
  rmSync(`${REVERTED}/${lab}`, { force: true });
  removeIfEmpty(REVERTED);
}

function read(file: string): Buffer | null {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** At once, and only root can read it: it may hold what a topology keeps secret. */
function write(file: string, content: Buffer | string): void {
  const draft = `${file}.${process.pid}`;
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
}

/** Never through a link that somebody has put there. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: folder === '/run/topo' ? 0o755 : 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { uid } = lstatSync(folder);
  if (lstatSync(folder).isDirectory() && uid === process.getuid?.()) return;
  const message = `${folder} is not a folder of this user's: what there was before cannot be kept there`;
  throw new DiagnosticError([{ code: 'no-confirmation', severity: 'error', message, hint: 'remove it, or leave out --confirm' }]);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Of other labs, or none.
  }
}
