/**
 * A thread of its own that reads the namespaces of labs while the file is still being parsed: half of the time of observing is
 * the kernel's, and another processor's. It tells nothing but what was said; `ahead.ts` makes sense of it.
 */
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { parseMark } from '../../model/names.js';
import { DONE, READING, type Order, type Recorded, type Recording } from './ahead.js';
import { expect, libc } from './libc.js';
import { MessageWriter } from './message.js';
import { record } from './observe-netns.js';
import { readLink } from './read-link.js';
import { NETLINK_ROUTE, NetlinkSocket } from './socket.js';
import { CLONE_NEWNET } from './thread.js';

const { directory, lab, port, stage } = workerData as Order;

function read(): Recording {
  const writer = new MessageWriter(INITIAL_BYTES);
  const namespaces: Recorded[] = [];
  for (const netns of readdirSync(directory)) {
    const start = writer.length;
    const inode = visit(`${directory}/${netns}`, writer);
    if (inode === null) writer.length = start;
    else namespaces.push({ netns, inode, start, end: writer.length });
  }
  return { bytes: writer.bytes.buffer.buffer as ArrayBuffer, namespaces };
}

const INITIAL_BYTES = 1024 * 1024;

/** The namespace's inode if it is the lab's, and all of it was read. */
function visit(path: string, writer: MessageWriter): number | null {
  try {
    const inode = enter(path);
    const socket = new NetlinkSocket(NETLINK_ROUTE);
    try {
      return parseMark(readLink(socket, 'lo')?.alias ?? '')?.lab === lab && record(socket, writer) ? inode : null;
    } finally {
      socket.close();
    }
  } catch {
    return null;
  }
}

/** This thread never goes back: nobody else stands in it. Gives the namespace's inode. */
function enter(path: string): number {
  const fd = openSync(path, 'r');
  try {
    expect('setns', libc.setns(fd, CLONE_NEWNET), path);
    return fstatSync(fd).ino;
  } finally {
    closeSync(fd);
  }
}

function reached(number: number): void {
  Atomics.store(stage, 0, number);
  Atomics.notify(stage, 0);
}

reached(READING);
try {
  const recording = read();
  port.postMessage(recording, [recording.bytes]);
} finally {
  reached(DONE);
}
