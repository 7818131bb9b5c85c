import { NETNS_DIRECTORY, type Kernel } from '../kernel/kernel.js';
import type { LookingAhead } from '../kernel/netlink/ahead.js';
import { withRuntime } from './container-kernel.js';
import type { Context } from './context.js';
import { isLarge, nodesIn } from './engine.js';
import { openKernel } from './kernel.js';
import type { Lab } from './lab.js';
import type { RuntimeOption } from './options.js';
import { readTopologyFile } from './read-file.js';
import { SECOND_THREAD } from './second-thread.js';
import { understand } from './understood.js';

/**
 * A lab, and the kernel to compare it with, for commands that change nothing: a large lab's namespaces are read while its file is
 * parsed. Whoever changes something reads after it has got the lock.
 */
export async function lookAt(
  { file: argument, runtime }: RuntimeOption & { readonly file: string | undefined },
  context: Context,
): Promise<{ readonly lab: Lab; readonly kernel: Kernel; readonly file: string }> {
  const file = readTopologyFile(argument, context);
  const ahead = await startReading(nodesIn(file));
  const lab = understand(file, context);
  return {
    lab,
    kernel: await withRuntime(openKernel(ahead === undefined ? {} : { ahead }), lab.wanted, { runtime }, context),
    file: file.file,
  };
}

async function startReading(nodes: number): Promise<LookingAhead | undefined> {
  if (!isLarge(nodes) || SECOND_THREAD === undefined) return undefined;
  const { readAhead } = await import('../kernel/netlink/ahead.js');
  return readAhead(SECOND_THREAD, NETNS_DIRECTORY);
}
