/**
 * An apply that is to be confirmed: a folder in /run, which holds what there was before it, until when it may be confirmed, and
 * who reverts it otherwise. It is there before the first change, so that nothing depends on whoever makes the changes.
 */
import { existsSync, lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import type { Former } from '../kinds/former.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Runtime } from '../model/lo-marks.js';
import type { Wanted } from './observe.js';
import { fileOf, PENDING, REVERTED, TAKEN_BACK } from './pending-files.js';
import { readPrivate, writePrivate } from './private-file.js';

export interface Basis {
  readonly former: Former;
  readonly wanted: Wanted;
  readonly runtime: Runtime | undefined;
}

/** A process of topo's: as `ProcessIdentity` has it. */
export interface Process {
  readonly pid: number;
  readonly startTime: string;
}

export interface Pending {
  /** A `Basis`, serialized. */
  readonly basis: Buffer;
  /** Fingerprint of what is applied. */
  readonly content: string;
  /** Who applies, and may hang. */
  readonly owner: Process;
  /** On the clock of `sinceBoot`. */
  readonly deadline: number;
}

/** The deadline comes last and makes it valid. */
export function writePending(lab: string, { basis, content, owner, deadline }: Pending): void {
  removePending(lab);
  for (const folder of ['/run/topo', PENDING, `${PENDING}/${lab}`]) makeFolder(folder);
  writePrivate(fileOf(lab, 'content'), content);
  writePrivate(fileOf(lab, 'basis'), basis);
  writePrivate(fileOf(lab, 'owner'), JSON.stringify(owner));
  writeDeadline(lab, deadline);
}

export function writeDeadline(lab: string, deadline: number): void {
  writePrivate(fileOf(lab, 'deadline'), String(deadline));
}

export function writeWatchdog(lab: string, watchdog: Process): void {
  writePrivate(fileOf(lab, 'watchdog'), JSON.stringify(watchdog));
}

/** Milliseconds on the clock of `sinceBoot`; null: nothing is to be confirmed. */
export function readDeadline(lab: string): number | null {
  const text = readPrivate(fileOf(lab, 'deadline'));
  return text === null ? null : Number(text);
}

/** The process that reverts; null: it is not there yet. */
export const readWatchdog = (lab: string): Process | null => readProcess(lab, 'watchdog');

/** The process that applies, or has applied. */
export const readOwner = (lab: string): Process | null => readProcess(lab, 'owner');

function readProcess(lab: string, name: 'owner' | 'watchdog'): Process | null {
  const text = readPrivate(fileOf(lab, name));
  return text === null ? null : (JSON.parse(text.toString()) as Process);
}

export const readBasis = (lab: string): Buffer | null => readPrivate(fileOf(lab, 'basis'));

export function removePending(lab: string): void {
  rmSync(`${PENDING}/${lab}`, { recursive: true, force: true });
  removeIfEmpty(PENDING);
}

/** All is as it was: what was applied is known as taken back, and nothing is to be confirmed any more. */
export function takeBack(lab: string): void {
  for (const folder of ['/run/topo', TAKEN_BACK]) makeFolder(folder);
  const content = fileOf(lab, 'content');
  // It is gone where somebody was killed right here. A file that is moved needs no room.
  if (existsSync(content)) {
    renameSync(content, `${TAKEN_BACK}/${lab}`);
    utimesSync(`${TAKEN_BACK}/${lab}`, new Date(), new Date());
  }
  removePending(lab);
}

/** The fingerprint of what was reverted last, and when; null: nothing was, or somebody has applied since. */
export function readTakenBack(lab: string): { readonly content: string; readonly at: Date } | null {
  const found = readDated(`${TAKEN_BACK}/${lab}`);
  return found === null ? null : { content: found.text, at: found.at };
}

export function forgetTakenBack(lab: string): void {
  rmSync(`${TAKEN_BACK}/${lab}`, { force: true });
  removeIfEmpty(TAKEN_BACK);
}

/** With its modification time, which is when it was reverted. */
export const readReverted = (lab: string): Dated | null => readDated(`${REVERTED}/${lab}`);

export function writeReverted(lab: string, text: string): void {
  for (const folder of ['/run/topo', REVERTED]) makeFolder(folder);
  writePrivate(`${REVERTED}/${lab}`, text);
}

export function forgetReverted(lab: string): void {
  rmSync(`${REVERTED}/${lab}`, { force: true });
  removeIfEmpty(REVERTED);
}

interface Dated {
  readonly text: string;
  readonly at: Date;
}

function readDated(file: string): Dated | null {
  const text = readPrivate(file);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return text === null || stat === undefined ? null : { text: text.toString(), at: stat.mtime };
}

/** Never through a link that somebody has put there. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: folder === '/run/topo' ? 0o711 : 0o700 });
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
