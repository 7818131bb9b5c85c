import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DiagnosticError } from '../model/diagnostic.js';
import { MAX_FILE_BYTES } from '../topology/decode.js';
import { findTopology, type Seen } from '../topology/find.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';

/** The topology that an argument of the command line means, named as the user would name it. */
export function readTopologyFile(argument: string | undefined, context: Context): TopologyFile {
  const found = findTopology(argument, (path) => look(resolve(context.cwd, path)));
  if ('problem' in found) throw new DiagnosticError([found.problem]);
  return { file: found.file, bytes: read(resolve(context.cwd, found.file), found.file) };
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
