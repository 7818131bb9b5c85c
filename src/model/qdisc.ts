/** Qdiscs as the kernel tells them. */

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
