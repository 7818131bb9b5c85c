const cell = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps without giving the event loop its turn: what runs in between must not be disturbed. */
export function pause(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}
