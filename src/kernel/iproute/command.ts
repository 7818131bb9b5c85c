import { HOST } from '../../model/state.js';

/** One process, as plain data: run as it stands, or written as a line of a script. */
export interface Command {
  readonly argv: readonly Argument[];
  readonly stdin?: string;
  /** Added to the environment; names as a shell takes them. */
  readonly environment?: { readonly [name: string]: string };
  /** The file that takes the output; `append`: behind what it holds. */
  readonly output?: { readonly path: string; readonly append?: boolean };
  /** Only if that command succeeds, or (`without`) if its output does not hold the text. */
  readonly condition?: { readonly argv: readonly string[]; readonly without?: string };
  /** If it fails, this is said and the script goes on. */
  readonly otherwise?: string;
  /** It fails where it finds nothing to do: what it says and how it ends is of no interest. */
  readonly silent?: boolean;
}

/** A word, or one that ends in what another command prints. */
export type Argument = string | { readonly prefix: string; readonly output: readonly string[] };

/** `ip` in the namespace. */
export function ip(netns: string, ...words: readonly string[]): readonly string[] {
  return netns === HOST ? ['ip', ...words] : ['ip', '-n', netns, ...words];
}

/** Any other program in the namespace. */
export function within(netns: string, ...words: readonly string[]): readonly string[] {
  return netns === HOST ? words : ['ip', 'netns', 'exec', netns, ...words];
}
