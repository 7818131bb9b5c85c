import {
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ETC_NETNS, hostPartOf, parseSetFolder, PRIVATE_FILES, SETS, type NodeFiles } from '../../model/node-files.js';
import type { NodeFilesOperation } from '../../model/operation.js';
import { pathName } from '../../model/path-name.js';
import { isOwnFolder, makeOwnFolder } from '../own-folder.js';
import { hostLines } from './resolvers.js';
import { isOurs, linkPath, MADE, removeEtcNetns, removeLink } from './unlink.js';

/** Throws what the system refuses. */
export function changeNodeFiles(operation: NodeFilesOperation): void {
  switch (operation.op) {
    case 'node-files-link':
      return operation.folder === '' ? removeLink(operation.netns) : makeLink(operation.netns, operation.folder);
    case 'node-files-write':
      return writeSet(operation.folder, operation.files);
    case 'node-files-delete':
      return deleteSet(operation.folder);
  }
}

export function makeLink(netns: string, folder: string): void {
  const path = linkPath(netns);
  for (;;) {
    try {
      return symlinkSync(folder, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') makeEtcNetns();
      else if (code !== 'EEXIST') throw error;
      else if (isOurs(path)) unlinkSync(path);
      else throw error;
    }
  }
}

/** The link of a namespace that gets another name; one of somebody else's stays. */
export function renameLink(netns: string, to: string): void {
  const path = linkPath(netns);
  if (!isOurs(path)) return;
  makeLink(to, readlinkSync(path));
  unlinkSync(path);
}

function makeEtcNetns(): void {
  makeOwnFolder(dirname(MADE), 0o700);
  closeSync(openSync(MADE, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
  mkdirSync(ETC_NETNS, { recursive: true, mode: 0o755 });
}

/** Folders without a set, and /etc/netns without a link: whoever was about to remove them was killed, and nothing else tells of them. */
export function removeEmptySets(lab: string): void {
  removeIfEmpty(`${SETS}/${lab}`);
  removeIfEmpty(SETS);
  removeEtcNetns();
}

/** The folder holds these files then, and no others. */
function writeSet(folder: string, files: NodeFiles): void {
  if (parseSetFolder(folder) === null) throw new RangeError(`${folder} is no folder of topo's`);
  makeOwnFolder(folder, 0o755);
  for (const name of readdirSync(folder)) if (!(name in files)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
  for (const [name, lines] of Object.entries(files))
    writeInPlace(`${folder}/${pathName(name)}`, withHostLines(lines), PRIVATE_FILES.has(name) ? 0o600 : 0o644);
}

function withHostLines(lines: readonly string[]): readonly string[] {
  const part = hostPartOf(lines.at(-1) ?? '');
  return part === undefined ? lines : [...lines, ...hostLines(part)];
}

/**
 * The file that is there gets new contents: processes that run have it mounted over their /etc/hosts, and would not see another
 * one that is put in its place. First the new text, then the end is cut off: a reader never meets an empty file.
 */
function writeInPlace(path: string, lines: readonly string[], mode: number): void {
  // One of a name or a password would be two.
  const broken = lines.find((line) => /[\n\r\0]/.test(line));
  if (broken !== undefined) throw new RangeError(`not one line: ${JSON.stringify(broken.slice(0, 20))}`);
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, mode);
  try {
    // Whoever a process in a node runs as, and whatever the umask was.
    fchmodSync(fd, mode);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
    ftruncateSync(fd, bytes.length);
  } finally {
    closeSync(fd);
  }
}

function deleteSet(folder: string): void {
  if (parseSetFolder(folder) === null) throw new Error(`${folder} is no folder of topo's`);
  if (!isOwnFolder(dirname(folder))) return;
  rmSync(folder, { recursive: true, force: true });
  removeIfEmpty(dirname(folder));
  removeIfEmpty(SETS);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Of other sets, or other labs.
  }
}
