/** Folders below /run/topo: made, and used, only where nobody but root, or the user that topo runs as, can put things there. */
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SETS } from '../model/node-files.js';
import { namesIn } from './folder.js';

export const RUN_DIRECTORY = dirname(SETS);

/** Others pass through it, to the files of nodes (`SETS`), and do not see what else there is. */
const RUN_MODE = 0o711;

/** The folder and those above it, up to /run/topo. Links are not followed, and what is somebody else's is refused. */
export function makeOwnFolder(path: string, mode: 0o700 | 0o755): void {
  if (path !== RUN_DIRECTORY) {
    if (!path.startsWith(`${RUN_DIRECTORY}/`)) throw new RangeError(`not below ${RUN_DIRECTORY}: ${path}`);
    makeOwnFolder(dirname(path), mode);
  }
  try {
    mkdirSync(path, { mode: path === RUN_DIRECTORY ? RUN_MODE : mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const problem = problemOf(path);
    if (problem !== null) throw Object.assign(new Error(problem), { code: 'EEXIST' });
  }
}

/** Names in the folder; none where it, or a folder above it, is not topo's own. */
export function ownNames(path: string): readonly string[] {
  return isOwnFolder(path) ? namesIn(path) : [];
}

/** The folder and those above it are no links, and nobody's but root's or the user's. */
export function isOwnFolder(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined || problemOf(folder) !== null) return false;
    if (folder === RUN_DIRECTORY) return true;
    if (folder === '/') throw new RangeError(`not below ${RUN_DIRECTORY}: ${path}`);
  }
}

/** What is wrong with /run/topo; null: it is not there, or as it should be. */
export const runDirectoryProblem = (): string | null => problemOf(RUN_DIRECTORY);

function problemOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (!stat.isDirectory()) return `${path} is no folder but ${stat.isSymbolicLink() ? 'a link' : 'something else'}`;
  const uid = process.geteuid!();
  if (stat.uid !== 0 && stat.uid !== uid) return `${path} belongs to the user ${stat.uid}`;
  return (stat.mode & 0o022) === 0 ? null : `${path} can be written to by others than its owner`;
}
