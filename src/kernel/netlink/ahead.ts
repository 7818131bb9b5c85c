/** Namespaces that another thread reads (`second-thread.ts`) while this one has other things to do, or reads some of them itself. */
import { HOST } from '../../model/state.js';
import { namesIn } from '../folder.js';
import { type Bytes, bytesOf } from './message.js';
import { type NetnsDump, replay } from './observe-netns.js';
import { type Besides, type Recorded, type Recording, SecondThread, type Share } from './orders.js';
import { readLink } from './read-link.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';

/** What was read ahead. */
export interface Ahead {
  /**
   * Names that nobody has begun to read, for this thread to read; none: all are somebody's. Makes sense of what the other thread has
   * read by now, of those that will be asked for.
   */
  take(willAsk: (name: string) => boolean): readonly string[];
  /** Null: it has to be read. Waits until the other thread is ready; call it when nothing is left to take. */
  netns(name: string): { readonly inode: number; readonly dump: NetnsDump } | null;
  /** Undefined: the other thread was not heard of. */
  links(): ReadonlyMap<string, string | null> | undefined;
}

/** Of those who only look. */
export interface LookingAhead extends Ahead {
  /** Names that the host's lo has besides its own. */
  readonly hostAltnames: readonly string[];
}

/** All namespaces of the directory, and the host's. Starts at once; undefined where no thread can be started. `program`: `second-thread.ts`, bundled. */
export function readAhead(program: string, directory: string): LookingAhead | undefined {
  const second = SecondThread.start(program);
  if (second === undefined) return undefined;
  // Whoever asks for one link while the other thread asks for a thousand waits for the kernel's lock until that has them.
  const hostAltnames = readHostAltnames();
  const ahead = Object.assign(new ReadingAhead(second, directory), { hostAltnames });
  ahead.add(namesIn(directory), { host: true, links: true });
  second.close();
  return ahead;
}

function readHostAltnames(): readonly string[] {
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    return readLink(socket, 'lo')?.altnames ?? [];
  } finally {
    socket.close();
  }
}

const NOTHING: Besides = { host: false, links: false };

interface Place {
  readonly names: readonly string[];
  readonly share: Share<Recording>;
  isHeard: boolean;
}

/** So few in one order that this thread makes sense of the first ones while the other reads on. */
const AT_ONCE = 64;

type Read = NonNullable<ReturnType<Ahead['netns']>>;

/** What the other thread has read of a namespace. */
class Heard {
  private read: Read | undefined;

  constructor(
    private readonly bytes: Bytes,
    private readonly place: Recorded,
  ) {}

  /** Makes sense of it, once. */
  get(): Read {
    const { inode, start, end } = this.place;
    return (this.read ??= { inode, dump: replay(this.bytes, start, end) });
  }
}

export class ReadingAhead implements Ahead {
  private readonly places: Place[] = [];
  private readonly names = new Set<string>();
  private readonly changed = new Set<string>();
  private readonly heard = new Map<string, Heard>();

  constructor(
    private readonly second: SecondThread,
    private readonly directory: string,
  ) {}

  /** From now on these may be read; what was added already is not read again. */
  add(all: readonly string[], besides: Besides = NOTHING): void {
    const names = all.filter((name) => name !== HOST && !this.names.has(name));
    if (names.length === 0 && !besides.host && !besides.links) return;
    for (const name of names) this.names.add(name);
    const last = Math.max(0, Math.ceil(names.length / AT_ONCE) - 1);
    for (let i = 0; i <= last; i++) {
      const some = names.slice(i * AT_ONCE, (i + 1) * AT_ONCE);
      const its = { host: besides.host && i === 0, links: besides.links && i === last };
      this.places.push({ names: some, share: this.second.read(this.directory, some, its), isHeard: false });
    }
  }

  /** What was read of it may not be so any more; what has not been added will be read later. */
  change(name: string): void {
    if (this.names.has(name)) this.changed.add(name);
  }

  /** From the back: the other thread begins at the front. What that has read by now is heard first, so that little is left to hear when all is read. */
  take(willAsk: (name: string) => boolean): readonly string[] {
    for (const place of this.places) {
      if (place.isHeard || !place.share.isAnswered()) continue;
      for (const [name, heard] of this.hear(place)) if (willAsk(name)) heard.get();
    }
    for (const { names, share } of this.places.toReversed()) {
      const some = share.take();
      if (some !== null) return names.slice(...some);
    }
    return [];
  }

  netns(name: string): Read | null {
    if (this.changed.has(name)) return null;
    for (const place of this.places) if (!place.isHeard) this.hear(place);
    return this.heard.get(name)?.get() ?? null;
  }

  /** What came last was seen last. */
  links(): ReturnType<Ahead['links']> {
    return this.places.at(-1)?.share.answer()?.links ?? undefined;
  }

  private hear(place: Place): readonly (readonly [name: string, heard: Heard])[] {
    place.isHeard = true;
    const recording = place.share.answer();
    const bytes = bytesOf(Buffer.from(recording?.bytes ?? new ArrayBuffer(0)));
    const all = (recording?.namespaces ?? [])
      .filter(({ netns }) => !this.changed.has(netns))
      .map((recorded) => [recorded.netns, new Heard(bytes, recorded)] as const);
    for (const [name, heard] of all) this.heard.set(name, heard);
    return all;
  }
}
