import { HOST } from '../model/state.js';
import type { Context } from './context.js';
import { runInNetns } from './in-node.js';
import type { ExecArguments } from './options.js';

export async function run(args: ExecArguments, context: Context): Promise<number> {
  if (args.node === HOST && !args.inContainer) return runInNetns(HOST, args.command, context);
  const { locate, locateContainer } = await import('./locate.js');
  if (args.inContainer) return locateContainer(args, args.command, context);
  return runInNetns(locate(args.node, args.lab, context).netns, args.command, context);
}
