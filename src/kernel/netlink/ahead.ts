/** Namespaces that another thread reads (`second-thread.ts`) while this one has other things to do, or reads some of them itself. */
import { HOST } from '../../model/state.js';
import { namesIn } from '../folder.js';
import { bytesOf, type Bytes } from './message.js';
import { type NetnsDump, replay } from './observe-netns.js';
import { type Besides, type Recorded, type Recording, SecondThread, type Share } from './orders.js';

/** What was read ahead. */
export interface Ahead {
  /** Names that nobody has begun to read, for this thread to read; none: all are somebody's. */
  take(): readonly string[];
  /** Null: it has to be read. Waits until the other thread is ready; call it when nothing is left to take. */
  netns(name: string): { readonly inode: number; readonly dump: NetnsDump } | null;
  /** Undefined: the other thread was not heard of. */
  links(): ReadonlyMap<string, string | null> | undefined;
}

/** All namespaces of the directory, and the host's. Starts at once; undefined where no thread can be started. `program`: `second-thread.ts`, bundled. */
export function readAhead(program: string, directory: string): Ahead | undefined {
  const second = SecondThread.start(program);
  if (second === undefined) return undefined;
  const ahead = new ReadingAhead(second, directory);
  ahead.add(namesIn(directory), { host: true, links: true });
  second.close();
  return ahead;
}

const NOTHING: Besides = { host: false, links: false };

interface Place {
  readonly names: readonly string[];
  readonly share: Share<Recording>;
}

interface Heard {
  readonly bytes: Bytes;
  readonly place: Recorded;
}

export class ReadingAhead implements Ahead {
  private readonly places: Place[] = [];
  private readonly names = new Set<string>();
  private readonly changed = new Set<string>();
  private heard: Map<string, Heard> | undefined;

  constructor(
    private readonly second: SecondThread,
    private readonly directory: string,
  ) {}

  /** From now on these may be read; what was added already is not read again. */
  add(all: readonly string[], besides: Besides = NOTHING): void {
    const names = all.filter((name) => name !== HOST && !this.names.has(name));
    if (names.length === 0 && !besides.host && !besides.links) return;
    for (const name of names) this.names.add(name);
    this.places.push({ names, share: this.second.read(this.directory, names, besides) });
  }

  /** What was read of it may not be so any more; what has not been added will be read later. */
  change(name: string): void {
    if (this.names.has(name)) this.changed.add(name);
  }

  take(): readonly string[] {
    for (const { names, share } of this.places) {
      const some = share.take();
      if (some !== null) return names.slice(...some);
    }
    return [];
  }

  netns(name: string): ReturnType<Ahead['netns']> {
    const heard = this.changed.has(name) ? undefined : this.all().get(name);
    if (heard === undefined) return null;
    const { bytes, place } = heard;
    return { inode: place.inode, dump: replay(bytes, place.start, place.end) };
  }

  /** What came last was seen last. */
  links(): ReturnType<Ahead['links']> {
    return this.places.at(-1)?.share.answer()?.links ?? undefined;
  }

  private all(): ReadonlyMap<string, Heard> {
    if (this.heard !== undefined) return this.heard;
    const heard = new Map<string, Heard>();
    for (const { share } of this.places) {
      const recording = share.answer();
      const bytes = bytesOf(Buffer.from(recording?.bytes ?? new ArrayBuffer(0)));
      for (const place of recording?.namespaces ?? []) heard.set(place.netns, { bytes, place });
    }
    return (this.heard = heard);
  }
}
