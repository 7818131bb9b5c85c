/** Rules of others as the kernel has them, to be followed as the kernel does. */
import type { Expression } from './expressions.js';

export interface ForeignRule {
  /** For people. */
  readonly text: string;
  readonly expressions: readonly Expression[];
}

/** A set or a map. Elements are ranges, both ends of which belong to them; those of a set of single values are as long as that. */
export interface ForeignSet {
  /** Bytes of each part of a key: more than one for `iifname . oifname`. Each begins at a multiple of four. */
  readonly parts: readonly number[];
  readonly elements: readonly ForeignElement[];
  /** What becomes of all else (`*`). */
  readonly rest?: string;
  /** There are more elements than were read. */
  readonly more?: true;
}

export interface ForeignElement {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Of a map that gives verdicts: `drop`, `jump CHAIN`. */
  readonly verdict?: string;
}

export interface ForeignTable {
  /** Of all chains that have any. */
  readonly rules: ReadonlyMap<string, readonly ForeignRule[]>;
  readonly sets: ReadonlyMap<string, ForeignSet>;
}
