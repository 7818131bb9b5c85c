/** Files of a Git repository as they were in some revision. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';
import { MAX_FILE_BYTES } from '../topology/decode.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';

/** The file in that revision, named `REVISION:FILE`; null if the revision has no such file. */
export function fileOfRevision(revision: string, file: string, context: Context): TopologyFile | null {
  const path = resolve(context.cwd, file);
  const git = (...args: readonly string[]) => runGit(folderOf(path), args, context);
  const commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  if (commit.status !== 0) throw refusal(`${JSON.stringify(revision)} is no revision of the repository that ${file} is in`, commit.stderr);
  const prefix = git('rev-parse', '--show-prefix').stdout.toString().trimEnd();
  const missing = path.slice(folderOf(path).length + 1, -basename(path).length);
  // By the commit's number: a revision may be written with a colon in it, and an option may look like one.
  const entry = `${commit.stdout.toString().trim()}:${prefix}${missing}${basename(path)}`;
  if (git('cat-file', '-e', entry).status !== 0) return null;
  const shown = git('cat-file', 'blob', entry);
  if (shown.status !== 0) throw refusal(`${file} of ${revision} cannot be read`, shown.stderr);
  return {
    file: `${revision}:${file}`,
    bytes: shown.stdout.subarray(0, MAX_FILE_BYTES + 1),
    include: (path) => {
      const included = join(dirname(file), path);
      return fileOfRevision(revision, included, context) ?? { problem: `there is no file ${included} in ${revision}` };
    },
  };
}

/** Where the file is or was: a folder may have gone with its last file. */
function folderOf(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function runGit(folder: string, args: readonly string[], { env }: Context): Ended {
  const ended = spawnSync('git', ['-C', folder, ...args], { env, maxBuffer: 4 * MAX_FILE_BYTES });
  if (ended.error !== undefined) {
    const { code } = ended.error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refusal('git is not installed, and --from git:… asks it', '', 'install the package git');
    throw refusal(`git ${args[0] ?? ''} failed: ${String(code)}`, '');
  }
  return { status: ended.status, stdout: ended.stdout, stderr: ended.stderr.toString() };
}

function refusal(message: string, words: string, hint = words.trim().split('\n').at(-1) ?? ''): DiagnosticError {
  return new DiagnosticError([{ code: 'git', severity: 'error', message, ...(hint === '' ? {} : { hint }) }]);
}
