import type { Command } from 'commander';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';

/** Declares one command: `usage` as commander takes it, then what to do with its flags and operands. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- commander's flags have no type of their own
export type Declare = <Flags>(
  parent: Command,
  usage: string,
  summary: string,
  run: (flags: Flags & CommonOptions, operands: readonly string[], context: Context) => Promise<number>,
  options?: { readonly hidden: boolean },
) => Command;
