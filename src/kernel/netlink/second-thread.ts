/**
 * A thread of its own that makes namespaces, reads them and takes their names away, beside the main one and while that one has other things to do: half of the
 * time of observing, and nearly all of making a namespace, is the kernel's, and another processor's. What it reads it tells as it was said;
 * `ahead.ts` makes sense of it.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { HOST } from '../../model/state.js';
import { etcNetnsLinks } from '../node-files/links.js';
import { libc } from './libc.js';
import { MessageWriter } from './message.js';
import { deleteNamed } from './name.js';
import { attempt, makeFrom } from './new-namespace.js';
import { record } from './observe-netns.js';
import {
  type Answer,
  BEGUN,
  type Done,
  DONE,
  type Made,
  type Order,
  ORDERED,
  type Post,
  type Recorded,
  type Recording,
  takeSome,
} from './orders.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { Spares } from './spares.js';
import { CLONE_NEWNET, growFileTable, NetnsThread, THREAD_NETNS } from './thread.js';

const { port, counts, files } = workerData as Post;
const thread = new NetnsThread();

type Enter = (fd: number) => void;

function read(order: Order & { what: 'read' }, enter: Enter): Recording {
  const writer = new MessageWriter(INITIAL_BYTES);
  const namespaces: Recorded[] = [];
  const add = (netns: string, inode: number | null, start: number): void => {
    if (inode === null) writer.length = start;
    else namespaces.push({ netns, inode, start, end: writer.length });
  };
  if (order.host) add(HOST, visit(thread.homeFd, enter, writer), 0);
  for (let some = takeSome(order); some !== null; some = takeSome(order)) {
    for (const netns of order.items.slice(...some)) {
      const start = writer.length;
      add(netns, visitFile(`${order.directory}/${netns}`, enter, writer), start);
    }
  }
  return { bytes: writer.bytes.buffer.buffer as ArrayBuffer, namespaces, links: order.links ? etcNetnsLinks() : null };
}

const INITIAL_BYTES = 256 * 1024;

function visitFile(path: string, enter: Enter, writer: MessageWriter): number | null {
  try {
    const fd = openSync(path, 'r');
    try {
      return visit(fd, enter, writer);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** The namespace's inode if all of it was read. */
function visit(fd: number, enter: Enter, writer: MessageWriter): number | null {
  enter(fd);
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    return record(socket, writer) ? fstatSync(fd).ino : null;
  } finally {
    socket.close();
  }
}

function each<Item, T>(order: Order & { readonly items: readonly Item[] }, body: (item: Item, index: number) => T): readonly T[] {
  const done: T[] = [];
  for (let some = takeSome(order); some !== null; some = takeSome(order)) {
    for (let index = some[0]; index < some[1]; index++) done.push(body(order.items[index]!, index));
  }
  return done;
}

function makeOne(planned: (Order & { what: 'make' })['items'][number], index: number): Made {
  let session: Made['session'];
  const outcome = attempt(() => {
    const { socket, inode, forwarding } = makeFrom(spares.take(), planned);
    session = { fd: socket.fd, inode, forwarding };
  });
  return { index, outcome, ...(session === undefined ? {} : { session }) };
}

/** None, until some are ordered. */
let spares = new Spares(Spares.of(0));

/** Ahead of the question, which takes the rest if this fails. */
function makeSpares({ number, count, shared }: Order & { what: 'spare' }): readonly Done[] {
  spares = new Spares(shared);
  for (let i = 0; i < count && Atomics.load(counts, ORDERED) === number + 1; i++) {
    if (libc.unshare(CLONE_NEWNET) < 0) break;
    try {
      spares.add(openSync(THREAD_NETNS, 'r'));
    } catch {
      break;
    }
  }
  return [];
}

function carryOut(order: Order, enter: Enter): Answer['value'] {
  switch (order.what) {
    case 'read':
      return read(order, enter);
    case 'make':
      return each(order, makeOne);
    case 'spare':
      return makeSpares(order);
    case 'unname':
      return each(order, (going, index): Done => ({ index, outcome: deleteNamed(going) }));
  }
}

function answer(order: Order): void {
  // A thread that stands in a namespace keeps it alive: it goes home each time.
  const value = thread.excursion((enter) => carryOut(order, enter));
  const told: Answer = { number: order.number, value };
  port.postMessage(told, 'bytes' in value ? [value.bytes] : []);
}

/** Null: there is no more to do. */
function nextOrder(number: number): Order | null {
  while (Atomics.load(counts, ORDERED) <= number) Atomics.wait(counts, ORDERED, number);
  return (receiveMessageOnPort(port)?.message ?? null) as Order | null;
}

Atomics.store(counts, BEGUN, 1);
Atomics.notify(counts, BEGUN);
// Early: the kernel waits for it, and nobody else has to.
if (files > 0) growFileTable(thread.homeFd, files);
for (let number = 0, order = nextOrder(0); order !== null; order = nextOrder(++number)) {
  answer(order);
  Atomics.store(counts, DONE, number + 1);
  Atomics.notify(counts, DONE);
}
for (let spare = spares.take(); spare !== undefined; spare = spares.take()) closeSync(spare);
