/**
 * A thread of its own that reads namespaces while the file is still being parsed, or beside the main thread: half of the time
 * of observing is the kernel's, and another processor's. It tells nothing but what was said; `ahead.ts` makes sense of it.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { HOST } from '../../model/state.js';
import { etcNetnsLinks } from '../node-files/links.js';
import { DONE, READING, takeNames, type Order, type Recorded, type Recording } from './ahead.js';
import { expect, libc } from './libc.js';
import { MessageWriter } from './message.js';
import { record } from './observe-netns.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { CLONE_NEWNET, THREAD_NETNS } from './thread.js';

const order = workerData as Order;
const { directory, port, stage } = order;

function read(home: number): Recording {
  const writer = new MessageWriter(INITIAL_BYTES);
  const namespaces: Recorded[] = [];
  const add = (netns: string, visited: () => number | null): void => {
    const start = writer.length;
    const inode = visited();
    if (inode === null) writer.length = start;
    else namespaces.push({ netns, inode, start, end: writer.length });
  };
  add(HOST, () => visit(home, writer));
  for (let names = takeNames(order); names.length > 0; names = takeNames(order)) {
    for (const netns of names) add(netns, () => visitFile(`${directory}/${netns}`, writer));
  }
  return { bytes: writer.bytes.buffer.buffer as ArrayBuffer, namespaces, links: etcNetnsLinks() };
}

const INITIAL_BYTES = 4 * 1024 * 1024;

function visitFile(path: string, writer: MessageWriter): number | null {
  try {
    const fd = openSync(path, 'r');
    try {
      return visit(fd, writer);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** The namespace's inode if all of it was read. */
function visit(fd: number, writer: MessageWriter): number | null {
  expect('setns', libc.setns(fd, CLONE_NEWNET));
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    return record(socket, writer) ? fstatSync(fd).ino : null;
  } finally {
    socket.close();
  }
}

function reached(number: number): void {
  Atomics.store(stage, 0, number);
  Atomics.notify(stage, 0);
}

const home = openSync(THREAD_NETNS, 'r');
reached(READING);
try {
  const recording = read(home);
  port.postMessage(recording, [recording.bytes]);
} finally {
  // A thread that stands in a namespace keeps it alive.
  libc.setns(home, CLONE_NEWNET);
  closeSync(home);
  reached(DONE);
}
