import { fstatSync, writeSync } from 'node:fs';

/** Where text goes. */
export interface Output {
  readonly isTTY: boolean;
  write(text: string): void;
}

/**
 * A file descriptor written at once: nothing is lost when the program ends, and Node's streams, which take 2 ms to
 * load, are not needed. When the reader has gone (`topo plan | head`) the rest is dropped and the command goes on.
 */
export function openOutput(fd: number): Output {
  let closed = false;
  return {
    isTTY: isTerminal(fd),
    write(text) {
      if (!closed) closed = !writeAll(fd, Buffer.from(text));
    },
  };
}

/** `isatty` without the module of that name, which loads the network stack: every character device but /dev/null and its kin. */
export function isTerminal(fd: number): boolean {
  try {
    const { rdev } = fstatSync(fd);
    const isCharacterDevice = (fstatSync(fd).mode & 0o170000) === 0o020000;
    return isCharacterDevice && rdev >> 8 !== MEMORY_DEVICES;
  } catch {
    return false;
  }
}

/** Major number of /dev/null, /dev/zero, /dev/full. */
const MEMORY_DEVICES = 1;

/** False when nobody reads any more. */
function writeAll(fd: number, bytes: Buffer): boolean {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF' || code === 'EIO') return false;
      if (code !== 'EAGAIN') throw error;
      // Another program has set the shared descriptor to not wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
}
