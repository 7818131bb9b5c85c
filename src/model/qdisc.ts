/** Root qdiscs: what the kernel tells of them, and what can be done. */

export interface QdiscObservation {
  readonly dev: string;
  /** `tbf`, `netem`, … */
  readonly type: string;
  /** `MAJOR:`, in hexadecimal digits. */
  readonly handle: string;
  /** Of a token bucket. */
  readonly tbf?: {
    /** Bytes in a second. */
    readonly rate: number;
    /** Bytes that may wait. */
    readonly limit: number;
    /** How long a burst takes, in ticks of 64 ns. */
    readonly buffer: number;
    /** What the lab never asks for, in the words of `tc`; '' for nothing. */
    readonly other: string;
  };
}

export type QdiscOperation =
  /** The root qdisc becomes a token bucket. */
  | {
      readonly op: 'qdisc-set';
      readonly netns: string;
      readonly dev: string;
      readonly handle: string;
      /** As `tc` reads it, `1mbit`. */
      readonly rate: string;
      /** Bytes. */
      readonly burst: number;
      readonly limit: number;
    }
  /** The interface gets back what the kernel gives it by itself. */
  | { readonly op: 'qdisc-delete'; readonly netns: string; readonly dev: string };
