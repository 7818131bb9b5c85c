import { fstatSync, writeSync } from 'node:fs';

/** Where text goes. */
export interface Output {
  readonly isTTY: boolean;
  write(text: string): void;
  /** Why what was written did not arrive, such as ENOSPC; null if it did, or if its reader has gone. */
  readonly failure: string | null;
  /** Something was written. */
  readonly used: boolean;
  /** What is written still arrives somewhere. */
  readonly open: boolean;
}

/**
 * A file descriptor written at once: nothing is lost when the program ends, and Node's streams, which take 2 ms to
 * load, are not needed. When the reader has gone (`topo plan | head`), or the disk is full, the rest is dropped and the
 * command goes on: a change of the kernel is not left half done for the sake of its report.
 */
export function openOutput(fd: number): Output {
  let end: string | null = null;
  let used = false;
  return {
    isTTY: isTerminal(fd),
    write(text) {
      used ||= text !== '';
      end ??= writeAll(fd, Buffer.from(text));
    },
    get used() {
      return used;
    },
    get open() {
      return end === null;
    },
    get failure() {
      return end === null || GONE.has(end) ? null : end;
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

/** Nobody reads any more. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'EBADF', 'EIO']);

/** Null, or the error that ended it. */
function writeAll(fd: number, bytes: Buffer): string | null {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'EAGAIN') return code;
      // Another program has set the shared descriptor to not wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return null;
}
