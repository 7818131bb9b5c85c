/**
 * An apply that is to be confirmed: a folder in /run, which holds what there was before it, until when it may be confirmed, and
 * who reverts it otherwise. It is there before the first change, so that nothing depends on whoever makes the changes.
 */
import { lstatSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import type { Former } from '../kinds/former.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Runtime } from '../model/lo-marks.js';
import type { Wanted } from './observe.js';
import { fileOf, PENDING, REVERTED } from './pending-files.js';
import { readPrivate, writePrivate } from './private-file.js';

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
  writePrivate(fileOf(lab, 'basis'), basis);
  writeDeadline(lab, deadline);
}

export function writeDeadline(lab: string, deadline: number): void {
  writePrivate(fileOf(lab, 'deadline'), String(deadline));
}

export function writeWatchdog(lab: string, watchdog: Watchdog): void {
  writePrivate(fileOf(lab, 'watchdog'), JSON.stringify(watchdog));
}

/** Null: nothing is to be confirmed. */
export function readDeadline(lab: string): number | null {
  const text = readPrivate(fileOf(lab, 'deadline'));
  return text === null ? null : Number(text);
}

/** Null: it is not there yet. */
export function readWatchdog(lab: string): Watchdog | null {
  const text = readPrivate(fileOf(lab, 'watchdog'));
  return text === null ? null : (JSON.parse(text.toString()) as Watchdog);
}

export const readBasis = (lab: string): Buffer | null => readPrivate(fileOf(lab, 'basis'));

export function removePending(lab: string): void {
  rmSync(`${PENDING}/${lab}`, { recursive: true, force: true });
  removeIfEmpty(PENDING);
}

/** With its modification time, which is when it was reverted. */
export function readReverted(lab: string): { readonly text: string; readonly at: Date } | null {
  const file = `${REVERTED}/${lab}`;
  const text = readPrivate(file);
  return text === null ? null : { text: text.toString(), at: lstatSync(file).mtime };
}

export function writeReverted(lab: string, text: string): void {
  for (const folder of ['/run/topo', REVERTED]) makeFolder(folder);
  writePrivate(`${REVERTED}/${lab}`, text);
}

export function forgetReverted(lab: string): void {
  rmSync(`${REVERTED}/${lab}`, { force: true });
  removeIfEmpty(REVERTED);
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
