/**
 * The end of the process. V8 and Node take apart all that they have first, which is 5 ms of a short command and 20 of a large one; the
 * kernel does it anyway.
 */
import { leaveAtOnce } from '../kernel/leave.js';

let isNodesToEnd = false;

/** Node's streams of a terminal or a pipe are open: as they were found they are left by Node alone (`ResetStdio`). */
export function leaveInNodesWay(): void {
  isNodesToEnd = true;
}

/** All that was printed has been written: on Linux streams of a process are written synchronously. */
export function leave(status: number): void {
  const { NODE_OPTIONS = '', NODE_V8_COVERAGE = '' } = process.env;
  // What only Node does at the end has been asked for by an option of its own.
  const isAsked = process.execArgv.length > 0 || NODE_OPTIONS !== '' || NODE_V8_COVERAGE !== '';
  if (!isNodesToEnd && !isAsked) leaveAtOnce(status);
  process.exit(status);
}
