/** Topologies of a Git repository as they were in some revision. */
import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';
import { MAX_FILE_BYTES } from '../topology/decode.js';
import { findTopology, topologiesAmong, type Seen } from '../topology/find.js';
import type { ReadIncluded } from '../topology/include.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';

/** A file of a revision, named `REVISION:FILE`. */
export interface FormerFile extends TopologyFile {
  /** Where it would be in the working tree. */
  readonly path: string;
}

/** Files of a revision, by the paths that they have or had in the working tree. */
export interface Revision {
  /** What the argument of the command line means there; null if the revision has no such file. */
  topology(argument: string | undefined): FormerFile | null;
  /** All topologies of a folder. */
  topologiesIn(folder: string): readonly FormerFile[];
}

/** `argument` says which repository is meant. */
export function openRevision(revision: string, argument: string | undefined, context: Context): Revision {
  const { folder } = placeOf(resolve(context.cwd, argument ?? '.'));
  const commit = runGit(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], context);
  if (commit.status !== 0) throw noRevision(revision, argument ?? 'this directory', folder, context);
  // By the commit's number: a revision may be written with a colon in it, and an option may look like one.
  const id = commit.stdout.toString().trim();
  const objectAt = (path: string): GitObject => objectOf(id, resolve(context.cwd, path), context);
  const look = (path: string): Seen => {
    const object = objectAt(path);
    if (object.type === 'link') throw refusal(`${path} of ${revision} is a link that leads ${object.to}`, '');
    return seenAs(object, folder, context);
  };
  const include = (first: string, included: string): ReturnType<ReadIncluded> => {
    const path = join(dirname(first), included);
    const object = objectAt(path);
    if (object.type === 'blob') return { file: `${revision}:${path}`, bytes: bytesOf(object, folder, context) };
    const problems = { tree: 'it is no regular file', none: `there is no file ${path} in ${revision}` };
    return { problem: object.type === 'link' ? `in ${revision} it leads ${object.to}` : problems[object.type] };
  };
  const read = (path: string): FormerFile => {
    const object = objectAt(path);
    if (object.type !== 'blob') throw refusal(`${path} of ${revision} cannot be read: it is no regular file`, '');
    const file = `${revision}:${path}`;
    return { path, file, bytes: bytesOf(object, folder, context), include: (included) => include(path, included) };
  };
  return {
    topology: (argument) => {
      const found = findTopology(argument, look);
      if ('file' in found) return read(found.file);
      const { problem } = found;
      if (problem.code === 'file-missing' || problem.code === 'no-topology') return null;
      throw new DiagnosticError([{ ...problem, message: `in ${revision}, ${problem.message}` }]);
    },
    topologiesIn: (path) => {
      const seen = look(path);
      return seen.kind === 'directory' ? topologiesAmong(seen.names).map((name) => read(join(path, name))) : [];
    },
  };
}

function noRevision(revision: string, place: string, folder: string, context: Context): DiagnosticError {
  const repository = runGit(folder, ['rev-parse', '--git-dir'], context);
  if (repository.status !== 0) return refusal(`${place} is in no Git repository, and --from git:… asks one`, repository.stderr);
  const hint = 'git log and git branch -a show those that are here; a shallow clone has few, and git fetch brings more';
  return refusal(`${JSON.stringify(revision)} is no revision of the repository that ${place} is in`, '', hint);
}

type GitObject =
  | { readonly type: 'blob' | 'tree'; readonly id: string; readonly bytes: number }
  /** It leads to nothing that the revision has. */
  | { readonly type: 'link'; readonly to: string }
  | { readonly type: 'none' };

/** Links are followed as far as they stay in the revision (`git cat-file --follow-symlinks`). */
function objectOf(commit: string, path: string, context: Context): GitObject {
  const { folder, rest } = placeOf(path);
  const prefix = runGit(folder, ['rev-parse', '--show-prefix'], context).stdout.toString().replace(/\n$/, '');
  const entry = `${commit}:${prefix}${rest}`.replace(/\/$/, '');
  // One line is one question.
  if (entry.includes('\n')) return { type: 'none' };
  const answer = runGit(folder, ['cat-file', '--batch-check', '--follow-symlinks'], context, `${entry}\n`).stdout.toString();
  const [, id, type, bytes] = /^([0-9a-f]+) (blob|tree) (\d+)\n$/.exec(answer) ?? [];
  if (id !== undefined) return { type: type as 'blob' | 'tree', id, bytes: Number(bytes) };
  if (answer.startsWith('symlink ')) return { type: 'link', to: 'out of the repository' };
  return /^(dangling|loop|notdir) /.test(answer) ? { type: 'link', to: 'nowhere' } : { type: 'none' };
}

function seenAs(object: Exclude<GitObject, { readonly type: 'link' }>, folder: string, context: Context): Seen {
  if (object.type === 'none') return { kind: 'missing' };
  if (object.type === 'blob') return { kind: 'file' };
  const names = runGit(folder, ['ls-tree', '-z', '--name-only', '--full-tree', object.id], context).stdout.toString().split('\0');
  return { kind: 'directory', names: names.filter((name) => name !== '') };
}

/** One byte more than may be is enough to refuse it. */
function bytesOf({ id, bytes }: GitObject & { readonly type: 'blob' | 'tree' }, folder: string, context: Context): Uint8Array {
  if (bytes > MAX_FILE_BYTES) return Buffer.alloc(MAX_FILE_BYTES + 1);
  const { status, stdout, stderr } = runGit(folder, ['cat-file', 'blob', id], context);
  if (status !== 0) throw refusal(`the object ${id} cannot be read`, stderr);
  return stdout;
}

/** Where the path is or was: a folder may have gone with its last file. A link is what it is in the revision. */
function placeOf(path: string): { readonly folder: string; readonly rest: string } {
  let folder = path;
  while (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true && folder !== '/') folder = dirname(folder);
  return { folder, rest: path.slice(folder.length).replace(/^\//, '') };
}

interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function runGit(folder: string, args: readonly string[], { env }: Context, input = ''): Ended {
  const ended = spawnSync('git', ['-C', folder, ...args], { env, input, maxBuffer: 4 * MAX_FILE_BYTES });
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
