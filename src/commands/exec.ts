import { HOST } from '../model/state.js';
import type { Context } from './context.js';
import { runInNetns } from './in-node.js';
import type { ExecArguments } from './options.js';

export async function run(args: ExecArguments, context: Context): Promise<number> {
  if (args.node === HOST) return runInNetns(HOST, args.command, context);
  const { locate } = await import('./locate.js');
  return runInNetns(locate(args.node, args.lab, context).netns, args.command, context);
}
