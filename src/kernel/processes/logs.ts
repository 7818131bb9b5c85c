/** What the processes of a node have written. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { ownNames } from '../own-folder.js';
import { logOf } from './record.js';

/** Names of a node's processes, running or not, in order. */
export function processNames(lab: string, owner: string): readonly string[] {
  return ownNames(`${PROCESS_DIRECTORY}/${lab}/${owner}`);
}

/** One log, read as it grows. */
export class Log {
  private offset = 0;
  private inode = 0;
  /** The end of it that is no whole line yet. */
  private rest = Buffer.alloc(0);

  constructor(
    readonly name: string,
    private readonly file: string,
  ) {}

  static of(lab: string, owner: string, name: string): Log {
    return new Log(name, logOf({ lab, owner, name }));
  }

  /** Lines that are new since the last time; a file that was made anew or cut short is read from its beginning. */
  read(): readonly string[] {
    const added = this.added();
    if (added.length === 0) return [];
    const text = Buffer.concat([this.rest, added]);
    const end = text.lastIndexOf(LINE_FEED) + 1;
    this.rest = text.subarray(end);
    return end === 0 ? [] : text.toString('utf8', 0, end - 1).split('\n');
  }

  /** What was written last without a line feed. */
  last(): readonly string[] {
    const text = this.rest.toString('utf8');
    this.rest = Buffer.alloc(0);
    return text === '' ? [] : [text];
  }

  private added(): Buffer {
    let fd: number;
    try {
      fd = openSync(this.file, 'r');
    } catch {
      return Buffer.alloc(0);
    }
    try {
      const { ino, size } = fstatSync(fd);
      if (ino !== this.inode || size < this.offset) {
        this.inode = ino;
        this.offset = 0;
        this.rest = Buffer.alloc(0);
      }
      const bytes = Buffer.alloc(Math.max(0, size - this.offset));
      const count = readSync(fd, bytes, 0, bytes.length, this.offset);
      this.offset += count;
      return bytes.subarray(0, count);
    } finally {
      closeSync(fd);
    }
  }
}

const LINE_FEED = 10;
