/** Which commit of a Git repository is checked out, by its files (gitrepository-layout(5)): Git itself may refuse a folder of another user's. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface GitFolder {
  /** Of the working tree. */
  readonly root: string;
  /** Has HEAD and the index. */
  readonly folder: string;
  /** Has the branches: another one in a linked working tree. */
  readonly common: string;
}

export interface Head {
  readonly commit: string | null;
  readonly branch: string | null;
}

/** Of the working tree that the folder is in; null: it is in none. */
export function findGit(from: string): GitFolder | null {
  for (let root = resolve(from); ; root = dirname(root)) {
    const folder = gitFolderOf(join(root, '.git'));
    if (folder !== null) return { root, folder, common: commonOf(folder) };
    if (dirname(root) === root) return null;
  }
}

function gitFolderOf(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return existsSync(join(path, 'HEAD')) ? path : null;
    const linked = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
    return linked === undefined ? null : resolve(dirname(path), linked);
  } catch {
    return null;
  }
}

function commonOf(folder: string): string {
  const text = read(join(folder, 'commondir'));
  return text === null ? folder : resolve(folder, text.trim());
}

export function headOf({ folder, common }: GitFolder): Head {
  const text = read(join(folder, 'HEAD'))?.trim() ?? '';
  const reference = /^ref: (.+)$/.exec(text)?.[1];
  if (reference === undefined) return { commit: text === '' ? null : text, branch: null };
  const commit = read(join(common, reference))?.trim() ?? packed(common, reference);
  return { commit, branch: reference.replace(/^refs\/heads\//, '') };
}

function packed(common: string, reference: string): string | null {
  const line = read(join(common, 'packed-refs'))
    ?.split('\n')
    .find((each) => each.endsWith(` ${reference}`));
  return line?.split(' ')[0] ?? null;
}

/** Git is writing the working tree: half of it may be of another commit. One that was killed leaves its lock behind. */
export function isBusy({ folder }: GitFolder): boolean {
  try {
    return Date.now() - statSync(join(folder, 'index.lock')).mtimeMs < LONGEST_MS;
  } catch {
    return false;
  }
}

const LONGEST_MS = 10_000;

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
