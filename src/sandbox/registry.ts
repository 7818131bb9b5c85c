import { constants, closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSandboxName } from './name.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** A sandbox that was started: the process that is number 1 in it, seen from outside. */
export interface Sandbox extends ProcessIdentity {
  readonly name: string;
  /** False where user namespaces are refused and root goes without. */
  readonly userNamespace: boolean;
  /** ISO 8601. */
  readonly started: string;
}

/** The sandbox of that name, if it is alive. */
export function find(folder: string, name: string): Sandbox | null {
  if (!isSandboxName(name)) return null;
  const sandbox = read(join(folder, `${name}.json`));
  return sandbox !== null && isAlive(sandbox) ? sandbox : null;
}

/** All that are alive, by name. */
export function all(folder: string): readonly Sandbox[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => find(folder, file.slice(0, -'.json'.length)))
    .filter((sandbox) => sandbox !== null);
}

/** Whole or not at all: a reader never sees half a record. */
export function record(folder: string, sandbox: Sandbox): void {
  const file = join(folder, `${sandbox.name}.json`);
  const draft = `${file}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(sandbox)}\n`, { flag: 'wx', mode: 0o600 });
  renameSync(draft, file);
}

export function forget(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

function read(file: string): Sandbox | null {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return JSON.parse(readFileSync(fd, 'utf8')) as Sandbox;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not there, or not ours to understand: either way there is no such sandbox.
    return null;
  }
}
