import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';
import { MAX_FILE_BYTES } from '../topology/decode.js';
import { findTopology, type Seen } from '../topology/find.js';
import type { ReadIncluded } from '../topology/include.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';

/** The topology that an argument of the command line means, named as the user would name it. */
export function readTopologyFile(argument: string | undefined, context: Context): TopologyFile {
  const found = findTopology(argument === '-' ? STDIN : argument, (path) => look(resolve(context.cwd, path)));
  if ('problem' in found) throw new DiagnosticError([found.problem]);
  return {
    file: found.file,
    bytes: read(resolve(context.cwd, found.file), found.file),
    include: (path) => readIncluded(path, found.file, context),
  };
}

/** As other programs have it: `-`. */
const STDIN = '/dev/stdin';

/** `path` is below the folder of the first file, and what it leads to has to be too: a link may lead elsewhere. */
function readIncluded(path: string, first: string, { cwd }: Context): ReturnType<ReadIncluded> {
  const file = join(dirname(first), path);
  try {
    const folder = realpathSync(resolve(cwd, dirname(first)));
    if (!realpathSync(resolve(cwd, file)).startsWith(`${folder}/`))
      return { problem: `it leads out of ${folder}`, hint: 'put the file itself there' };
    if (!statSync(resolve(cwd, file)).isFile()) return { problem: 'it is no regular file' };
    return { file, bytes: readBeginning(resolve(cwd, file), MAX_FILE_BYTES + 1) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? { problem: `there is no file ${file}`, hint: 'a path is taken from the folder of the file that includes it' }
      : { problem: String(code) };
  }
}

function look(path: string): Seen {
  try {
    return statSync(path).isDirectory() ? { kind: 'directory', names: readdirSync(path) } : { kind: 'file' };
  } catch {
    return { kind: 'missing' };
  }
}

function read(path: string, name: string): Uint8Array {
  try {
    return readBeginning(path, MAX_FILE_BYTES + 1);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = code === 'EACCES' ? 'you may not read it' : 'see that it is a regular file that you may read';
    throw new DiagnosticError([{ code: 'file-unreadable', severity: 'error', message: `${name} cannot be read: ${String(code)}`, hint }]);
  }
}

const CHUNK_BYTES = 64 * 1024;

/** All of it or the first `limit` bytes: a pipe or a device does not tell its size, and may never end. */
function readBeginning(path: string, limit: number): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let left = limit; left > 0;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left));
      const length = readSync(fd, chunk, 0, chunk.length, null);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      left -= length;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(fd);
  }
}
