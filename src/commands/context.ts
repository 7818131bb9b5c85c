import type { Output } from './output.js';

/** What a command may touch of the world around the program. */
export interface Context {
  /** The result. */
  readonly stdout: Output;
  /** Progress and diagnostics. */
  readonly stderr: Output;
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** Colours are wanted and standard output shows them. */
  readonly color: boolean;
  /** The same of standard error. */
  readonly stderrColor: boolean;
  /** Somebody can be asked: standard input and standard error are a terminal. */
  readonly interactive: boolean;
  /**
   * From this call on SIGINT and SIGTERM no longer end the program but are told here. They are seen only when the
   * event loop turns, so that whoever asks must have waited for something (`await setImmediate()`) since.
   */
  watchInterrupts(): Interrupts;
}

export interface Interrupts {
  /** The first signal that came: what is in flight is still ended. */
  readonly signal: 'SIGINT' | 'SIGTERM' | null;
  /** The exit status that it asks for: 130 or 143, 0 while there was none. */
  readonly status: number;
  /** Aborted by that first signal: for what waits and must be woken. */
  readonly came: AbortSignal;
  /** A second SIGINT ends the program at once, wherever it is, with the same status; `words` is called before. */
  beforeStop(words: (signal: 'SIGINT') => void): void;
}
