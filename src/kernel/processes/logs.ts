/** What the processes of a node have written. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { ownNames } from '../own-folder.js';
import { logsOf } from './record.js';

/** Names of a node's processes, running or not, in order. */
export function processNames(lab: string, owner: string): readonly string[] {
  return ownNames(`${PROCESS_DIRECTORY}/${lab}/${owner}`);
}

/** One log with the older part of it, read as it grows. */
export class Log {
  /** What was read last is kept open: it can be read to its end when it has become the older one, and has been removed. */
  private current: Part | null = null;
  /** The end of it that is no whole line yet. */
  private rest = Buffer.alloc(0);

  private constructor(
    readonly name: string,
    private readonly files: readonly [older: string, log: string],
  ) {}

  static of(lab: string, owner: string, name: string): Log {
    return new Log(name, logsOf({ lab, owner, name }));
  }

  /** Lines that are new since the last time. */
  read(): readonly string[] {
    const added = this.added().filter(({ length }) => length > 0);
    if (added.length === 0) return [];
    const text = Buffer.concat([this.rest, ...added]);
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

  private added(): readonly Buffer[] {
    const [older, log] = this.files;
    const before = this.current;
    const latest = Part.open(log);
    if (latest === null || latest.is(before)) {
      latest?.close();
      return before === null ? [] : [before.read()];
    }
    // Nothing is written to a part once there is a newer one. The older one is new where the one before is older still.
    const between = Part.open(older);
    const unread = between === null || between.is(before) || between.is(latest) ? [] : [between.read()];
    between?.close();
    const rest = before === null ? [] : [before.read()];
    before?.close();
    this.current = latest;
    return [...rest, ...unread, latest.read()];
  }
}

/** A file of a log, whatever its name has become. */
class Part {
  private offset = 0;

  private constructor(
    private readonly fd: number,
    private readonly inode: number,
  ) {}

  /** Null: there is none. */
  static open(file: string): Part | null {
    try {
      const fd = openSync(file, 'r');
      return new Part(fd, fstatSync(fd).ino);
    } catch {
      return null;
    }
  }

  is(other: Part | null): boolean {
    return this.inode === other?.inode;
  }

  /** What is new since the last time; one that was cut short is read from its beginning. */
  read(): Buffer {
    const { size } = fstatSync(this.fd);
    if (size < this.offset) this.offset = 0;
    const bytes = Buffer.alloc(size - this.offset);
    const count = readSync(this.fd, bytes, 0, bytes.length, this.offset);
    this.offset += count;
    return bytes.subarray(0, count);
  }

  close(): void {
    closeSync(this.fd);
  }
}

const LINE_FEED = 10;
