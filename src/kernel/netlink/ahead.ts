/** Namespaces that another thread reads (`recorder.ts`) while this one has other things to do. */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { bytesOf, type Bytes } from './message.js';
import { type NetnsDump, replay } from './observe-netns.js';

export interface Order {
  /** Where namespaces have their names. */
  readonly directory: string;
  /** Only namespaces with its mark. */
  readonly lab: string;
  readonly port: MessagePort;
  /** One number, a stage. */
  readonly stage: Int32Array<SharedArrayBuffer>;
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
}

/** What was read ahead. */
export interface Ahead {
  readonly lab: string;
  /** Null: it has to be read. The first call waits until the other thread is ready. */
  netns(name: string): { readonly inode: number; readonly dump: NetnsDump } | null;
}

/** How far the other thread has come. */
export const NOT_BEGUN = 0;
export const READING = 1;
export const DONE = 2;

/** A thread that does not begin must not hold up anybody, and whatever it has not read is read here. */
const BEGIN_MS = 500;
const READ_MS = 10_000;

export function readAhead(program: string, directory: string, lab: string): Ahead {
  const { port1, port2 } = new MessageChannel();
  const stage = new Int32Array(new SharedArrayBuffer(4));
  const order: Order = { directory, lab, port: port2, stage };
  const worker = new Worker(program, { workerData: order, transferList: [port2] });
  // What goes wrong there is done here instead.
  worker.on('error', () => undefined);
  worker.unref();
  let recording: { readonly bytes: Bytes; readonly places: ReadonlyMap<string, Recorded> } | undefined;
  const received = (): NonNullable<typeof recording> => {
    Atomics.wait(stage, 0, NOT_BEGUN, BEGIN_MS);
    Atomics.wait(stage, 0, READING, READ_MS);
    const message = receiveMessageOnPort(port1)?.message as Recording | undefined;
    port1.close();
    const places = new Map((message?.namespaces ?? []).map((one) => [one.netns, one]));
    return { bytes: bytesOf(Buffer.from(message?.bytes ?? new ArrayBuffer(0))), places };
  };
  return {
    lab,
    netns: (name) => {
      recording ??= received();
      const place = recording.places.get(name);
      return place === undefined ? null : { inode: place.inode, dump: replay(recording.bytes, place.start, place.end) };
    },
  };
}
