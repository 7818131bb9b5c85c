import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';

export type Environment = { readonly [name: string]: string | undefined };

/** Where this user's sandboxes are recorded; made if it is not there. Nobody else can write in it. */
export function registryFolder(env: Environment, uid: number): string {
  const folder = join(runtimeFolder(env, uid), 'sandbox');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(folder, uid)) throw unsafe(folder);
  return folder;
}

/** The session's own folder, which vanishes with the last login, or one in the common /tmp. */
function runtimeFolder(env: Environment, uid: number): string {
  const session = [env['XDG_RUNTIME_DIR'], `/run/user/${uid}`].find((folder) => folder?.startsWith('/') === true && isPrivate(folder, uid));
  if (session !== undefined) return join(session, 'topo');
  const common = join(tmpdir(), `topo-${uid}`);
  mkdirIfMissing(common);
  // In a folder that everybody writes to, somebody else may have been first with that name.
  if (!isPrivate(common, uid)) throw unsafe(common);
  return common;
}

function mkdirIfMissing(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isPrivate(folder: string, uid: number): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === uid && (stat.mode & 0o022) === 0;
}

function unsafe(folder: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'sandbox-folder',
      severity: 'error',
      message: `${folder} is not a folder that only this user can write to`,
      hint: 'it records the sandboxes; remove it or set XDG_RUNTIME_DIR to a folder of your own',
    },
  ]);
}
