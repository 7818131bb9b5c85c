/**
 * The folder of a process: `definition.json`, what is wanted; `command`, the same for the shell that runs it; `pid`, number and start time, written by the process itself
 * before it becomes what runs the command; `said`, `ok` or why the command cannot be run; `exit`, the status that its command ended with; `log`, its output, and `log.1`,
 * what was written before that.
 */
import { lstatSync, readFileSync, readlinkSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownerFolder, PROCESS_DIRECTORY, processFolder, type ProcessDefinition, type ProcessKey } from '../../model/process.js';
import { isOwnFolder, makeOwnFolder, ownNames } from '../own-folder.js';
import { commandFile } from './script.js';
import type { ProcessIdentity } from './identity.js';

export interface ProcessRecord {
  readonly key: ProcessKey;
  readonly definition: ProcessDefinition | null;
  /** Null: it was never started. */
  readonly process: ProcessIdentity | null;
  /** `ok`, or why the command cannot be run; '': it is on its way. */
  readonly said: string;
  readonly exit: number | null;
  /** ISO 8601. */
  readonly since: string | null;
  readonly ended: string | null;
}

export const logOf = (key: ProcessKey): string => `${processFolder(key)}/log`;

/** In the order in which they were written. */
export const logsOf = (key: ProcessKey): readonly [older: string, log: string] => [`${logOf(key)}.1`, logOf(key)];

/** Before it is started, so that there is no process without a record. The log of an earlier start stays. */
export function writeRecord(key: ProcessKey, definition: ProcessDefinition): void {
  const folder = processFolder(key);
  forgetFormer(key.lab, key.owner);
  // Environments hold passwords.
  makeOwnFolder(folder, 0o700);
  // What is written anew is made anew; a log that is a link is none.
  for (const name of ['pid', 'exit', 'said', 'command']) rmSync(`${folder}/${name}`, { force: true });
  if (lstatSync(logOf(key), { throwIfNoEntry: false })?.isFile() === false) rmSync(logOf(key), { force: true });
  writeFileSync(`${folder}/command`, commandFile(key, definition), { mode: 0o600, flag: 'wx' });
  writeDefinition(key, definition);
}

export function writeDefinition(key: ProcessKey, definition: ProcessDefinition): void {
  const file = `${processFolder(key)}/definition.json`;
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(definition)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(`${file}.new`, file);
}

/** With the log, and with the folders of owner and lab, and of all, if they are empty then. */
export function removeRecord(key: ProcessKey): void {
  const folder = processFolder(key);
  if (isOwnFolder(dirname(folder))) rmSync(folder, { recursive: true, force: true });
  removeOwner(key);
}

/** Folders without a record: whoever was about to remove them was killed, and nothing else tells of them. */
export function removeEmptyFolders(lab: string): void {
  const folder = `${PROCESS_DIRECTORY}/${lab}`;
  for (const owner of ownNames(folder)) if (!isFormer(lab, owner)) removeOwner({ lab, owner });
  removeIfEmpty([folder, PROCESS_DIRECTORY]);
}

type Owner = Pick<ProcessKey, 'lab' | 'owner'>;

/** Unless it has records. */
function removeOwner(key: Owner): void {
  const folder = ownerFolder(key.lab, key.owner);
  if (ownNames(folder).length === 0) forgetFormerOf(key);
  removeIfEmpty([folder, dirname(folder), PROCESS_DIRECTORY]);
}

/** From the inmost up. */
function removeIfEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Of other records, or gone already.
    }
  }
}

/** A former name of another owner, that somebody has again. */
export function forgetFormer(lab: string, owner: string): void {
  if (isFormer(lab, owner)) unlinkSync(ownerFolder(lab, owner));
}

/** Former names of an owner that has no records any more. */
function forgetFormerOf({ lab, owner }: Owner): void {
  for (const name of ownNames(`${PROCESS_DIRECTORY}/${lab}`))
    if (isFormer(lab, name) && readlinkSync(ownerFolder(lab, name)) === owner) unlinkSync(ownerFolder(lab, name));
}

function isFormer(lab: string, owner: string): boolean {
  return lstatSync(ownerFolder(lab, owner), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** In the order of their names. */
export function recordsOf(lab: string): readonly ProcessRecord[] {
  return ownNames(`${PROCESS_DIRECTORY}/${lab}`).flatMap((owner) =>
    // None of a former name, which is a link.
    ownNames(`${PROCESS_DIRECTORY}/${lab}/${owner}`).map((name) => readRecord({ lab, owner, name })),
  );
}

export function readRecord(key: ProcessKey): ProcessRecord {
  const folder = processFolder(key);
  const [pid, startTime] = (read(`${folder}/pid`) ?? '').trim().split(' ');
  const exit = (read(`${folder}/exit`) ?? '').trim();
  return {
    key,
    definition: parse(read(`${folder}/definition.json`)),
    process: startTime === undefined ? null : { pid: Number(pid), startTime },
    said: (read(`${folder}/said`) ?? '').trim(),
    exit: /^\d+$/.test(exit) ? Number(exit) : null,
    since: timeOf(`${folder}/pid`),
    ended: timeOf(`${folder}/exit`),
  };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function timeOf(file: string): string | null {
  try {
    return statSync(file).mtime.toISOString();
  } catch {
    return null;
  }
}

function parse(text: string | null): ProcessDefinition | null {
  try {
    return text === null ? null : (JSON.parse(text) as ProcessDefinition);
  } catch {
    return null;
  }
}
