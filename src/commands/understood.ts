/** What an apply understood of a large file is kept for the commands after it: to read the file takes longer than to read the kernel. */
import { rmdirSync, rmSync } from 'node:fs';
import type { Wanted } from '../apply/observe.js';
import { readPrivate, writePrivate } from '../apply/private-file.js';
import { isOwnFolder, makeOwnFolder } from '../kernel/own-folder.js';
import { kindOf } from '../kinds/index.js';
import { hash } from '../model/names.js';
import type { Resource } from '../model/state.js';
import { decode } from '../topology/decode.js';
import { plainName } from '../topology/lab-name.js';
import type { TopologyFile } from '../topology/load.js';
import { maskedText } from '../topology/masked.js';
import { sourceOf } from '../topology/source.js';
import type { Context } from './context.js';
import { isLarge, nodesIn, prepareEngine } from './engine.js';
import { labOf, type Lab, type ReadLab } from './lab.js';
import { UNDERSTOOD } from './second-thread.js';
import { BUILD } from './version.js';
import { wantedOf, wantedText } from './wanted-text.js';

const folderOf = (lab: string): string => `${UNDERSTOOD}/${lab}`;
const fileOf = (lab: string): string => `${folderOf(lab)}/wanted`;

/** The lab of a file; all errors of the file end in one DiagnosticError. */
export function understand(file: TopologyFile, context: Context): Lab | ReadLab {
  return understoodBefore(file, context) ?? labOf(file, context);
}

/** After an apply of the whole of it; a lab of secrets and one of several files are not kept. */
export function keepUnderstood(file: TopologyFile, lab: Lab | ReadLab, context: Context): void {
  // It is kept already.
  if (!('included' in lab)) return;
  const key = keyOf(file, context);
  if (key === null || lab.included.length > 0 || [...lab.wanted.state.resources.values()].some(hasSecrets)) return;
  try {
    makeOwnFolder(UNDERSTOOD, 0o700);
    makeOwnFolder(folderOf(key.lab), 0o700);
    writePrivate(fileOf(key.lab), `${key.hash}${wantedText(lab.wanted)}`);
  } catch {
    // The file will be read again.
  }
}

export function forgetUnderstood(lab: string): void {
  if (!isOwnFolder(UNDERSTOOD)) return;
  rmSync(folderOf(lab), { recursive: true, force: true });
  try {
    rmdirSync(UNDERSTOOD);
  } catch {
    // Of other labs.
  }
}

function understoodBefore(file: TopologyFile, context: Context): Lab | null {
  const key = keyOf(file, context);
  const wanted = key === null ? null : keptUnder(key);
  if (wanted === null) return null;
  prepareEngine(nodesIn(file));
  const source = sourceOf(file.file, decode(file.file, file.bytes).text);
  return { wanted, sources: { get: (name) => (name === file.file ? maskedText(source) : undefined) } };
}

interface Key {
  readonly lab: string;
  /** Of all that what is understood depends on. */
  readonly hash: string;
}

/** So much of the file is the hash. */
export const HASH_DIGITS = 64;
const VARIABLES = /\$\{[A-Za-z_][A-Za-z0-9_]*/g;

/** Null: such a file is not worth it. */
function keyOf(file: TopologyFile, { env }: Context): Key | null {
  if (BUILD === null || !isLarge(nodesIn(file))) return null;
  const { text, problem } = decode(file.file, file.bytes);
  const lab = problem === undefined ? plainName(text) : undefined;
  if (lab === undefined) return null;
  const variables = [...new Set(text.match(VARIABLES))].map((name) => [name, env[name.slice(2)]]);
  return { lab, hash: hash(HASH_DIGITS, BUILD, file.file, JSON.stringify(variables), text) };
}

function keptUnder({ lab, hash: wanted }: Key): Wanted | null {
  try {
    const kept = isOwnFolder(folderOf(lab)) ? readPrivate(fileOf(lab)) : null;
    return kept?.toString('latin1', 0, HASH_DIGITS) !== wanted ? null : wantedOf(kept.toString('utf8', HASH_DIGITS));
  } catch {
    return null;
  }
}

function hasSecrets({ kind, props }: Resource): boolean {
  const { hidden } = kindOf(kind);
  if (hidden === undefined) return false;
  return Object.entries(props).some(([field, value]) => JSON.stringify(hidden(field, value)) !== JSON.stringify(value));
}
