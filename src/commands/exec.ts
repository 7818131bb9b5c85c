import { HOST } from '../model/state.js';
import type { Context } from './context.js';
import { runInNetns } from './in-node.js';
import { locate } from './locate.js';
import type { ExecArguments } from './options.js';

export function run(args: ExecArguments, context: Context): Promise<number> {
  const netns = args.node === HOST ? null : locate(args.node, args.lab, context).netns;
  return runInNetns(netns, args.command, context);
}
