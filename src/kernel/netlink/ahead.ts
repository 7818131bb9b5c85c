/** Namespaces that another thread reads (`recorder.ts`) while this one has other things to do, or reads some of them itself. */
import type { MessagePort } from 'node:worker_threads';
import { HOST } from '../../model/state.js';
import { namesIn } from '../folder.js';
import { bytesOf, type Bytes } from './message.js';
import { type NetnsDump, replay } from './observe-netns.js';

export interface Order {
  /** Where namespaces have their names. */
  readonly directory: string;
  /** What is to be read, besides the host's own, which is the other thread's: it takes as long as a hundred of those. */
  readonly names: readonly string[];
  /** One number: so many of the names are somebody's already. */
  readonly taken: Int32Array<SharedArrayBuffer>;
  /** One number, a stage. */
  readonly stage: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
}

export interface Recorded {
  readonly netns: string;
  /** Of the namespace. */
  readonly inode: number;
  readonly start: number;
  readonly end: number;
}

export interface Recording {
  readonly bytes: ArrayBuffer;
  readonly namespaces: readonly Recorded[];
  /** What stands in /etc/netns, as `NodeFilesObservation` has it. */
  readonly links: ReadonlyMap<string, string | null>;
}

/** What was read ahead. */
export interface Ahead {
  /** Names that nobody has begun to read, for this thread to read; none: all are somebody's. */
  take(): readonly string[];
  /** Null: it has to be read. The first call waits until the other thread is ready. */
  netns(name: string): { readonly inode: number; readonly dump: NetnsDump } | null;
  /** Undefined: the other thread was not heard of. */
  links(): Recording['links'] | undefined;
}

/** How far the other thread has come. */
export const NOT_BEGUN = 0;
export const READING = 1;
export const DONE = 2;

/** A thread that does not begin must not hold up anybody, and whatever it has not read is read here. */
const BEGIN_MS = 500;
const READ_MS = 10_000;

/** Few enough that neither thread waits long for the other's last ones. */
const AT_A_TIME = 8;

export function takeNames({ names, taken }: Pick<Order, 'names' | 'taken'>): readonly string[] {
  const first = Atomics.add(taken, 0, AT_A_TIME);
  return names.slice(first, first + AT_A_TIME);
}

const sharedNumber = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4));

/** Starts at once. `program`: the file of `recorder.ts`, bundled. Undefined where Node (before 20.16) has no way to load threads only now. */
export function readAhead(program: string, directory: string): Ahead | undefined {
  if (!('getBuiltinModule' in process)) return undefined;
  const threads = process.getBuiltinModule('node:worker_threads');
  const { port1, port2 } = new threads.MessageChannel();
  const names = namesIn(directory).filter((name) => name !== HOST);
  const order: Order = { directory, names, taken: sharedNumber(), stage: sharedNumber(), port: port2 };
  const worker = new threads.Worker(program, { workerData: order, transferList: [port2] });
  // What goes wrong there is done here instead.
  worker.on('error', () => undefined);
  worker.unref();
  let recording: Received | undefined;
  const received = (): Received => {
    if (recording !== undefined) return recording;
    waitFor(order.stage);
    const message = threads.receiveMessageOnPort(port1)?.message as Recording | undefined;
    port1.close();
    return (recording = receivedFrom(message));
  };
  return {
    take: () => takeNames(order),
    netns: (name) => {
      const { bytes, places } = received();
      const place = places.get(name);
      return place === undefined ? null : { inode: place.inode, dump: replay(bytes, place.start, place.end) };
    },
    links: () => received().links,
  };
}

interface Received {
  readonly bytes: Bytes;
  readonly places: ReadonlyMap<string, Recorded>;
  readonly links: Recording['links'] | undefined;
}

function waitFor(stage: Int32Array<SharedArrayBuffer>): void {
  Atomics.wait(stage, 0, NOT_BEGUN, BEGIN_MS);
  Atomics.wait(stage, 0, READING, READ_MS);
}

function receivedFrom(message: Recording | undefined): Received {
  const places = new Map((message?.namespaces ?? []).map((one) => [one.netns, one]));
  return { bytes: bytesOf(Buffer.from(message?.bytes ?? new ArrayBuffer(0))), places, links: message?.links };
}
