/** Files of topo's own below /run/topo: for root's eyes, whole or not there. */
import { closeSync, constants, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Null: there is no such file. Not through a link. */
export function readPrivate(file: string): Buffer | null {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** At once, and only root can read it: it may hold what a topology keeps secret. */
export function writePrivate(file: string, content: Buffer | string): void {
  const draft = `${file}.${process.pid}`;
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
}
