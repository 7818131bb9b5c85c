/** The end of the process by the kernel alone, where native code is loaded. */
let exit: ((status: number) => void) | null = null;

export function canLeaveAtOnce(by: (status: number) => void): void {
  exit = by;
}

/** Does not come back where there is a way. */
export function leaveAtOnce(status: number): void {
  exit?.(status);
}
