/**
 * The end of the process. V8 and Node take apart all that they have first, 5 ms of a short command and 20 of a large one; the
 * kernel does it anyway. What only they do at the end has been asked for by an option of theirs.
 */
let leaveAtOnce: ((status: number) => void) | null = null;

/** From now on there is a way to leave without all that. */
export function canLeaveAtOnce(exit: (status: number) => void): void {
  leaveAtOnce = exit;
}

/** All that was printed has been written: on Linux streams of a process are written synchronously. */
export function leave(status: number): void {
  const { NODE_OPTIONS = '', NODE_V8_COVERAGE = '' } = process.env;
  if (process.execArgv.length === 0 && NODE_OPTIONS === '' && NODE_V8_COVERAGE === '') leaveAtOnce?.(status);
  process.exit(status);
}
