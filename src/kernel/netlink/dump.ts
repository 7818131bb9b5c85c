/** Dumps that are whole: a busy machine interrupts them, and a dump that saw a change go on may have missed something. */
import { constants } from 'node:os';
import { SystemCallError } from './libc.js';
import type { MessageWriter } from './message.js';
import type { NetlinkSocket, Reply, Visitor } from './socket.js';

/** More often in a row it never happens. */
const ATTEMPTS = 100;

const AGAIN: ReadonlySet<number> = new Set([constants.errno.EBUSY, constants.errno.ENOBUFS, constants.errno.EINTR]);

/** Ask again: the list changed meanwhile, another dump of the socket still runs, answers were lost. */
export function mustRepeat(reply: Reply): boolean {
  return reply.interrupted || AGAIN.has(reply.errno);
}

/** Sends the one request until its answer is whole; `reset` throws away what was collected so far. */
export function dump(socket: NetlinkSocket, request: MessageWriter, reset: () => void, visit: Visitor): void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    reset();
    const [reply] = socket.exchange(request.bytes, request.length, visit);
    if (!mustRepeat(reply!)) return;
  }
  throw new SystemCallError('dump', constants.errno.EBUSY);
}
