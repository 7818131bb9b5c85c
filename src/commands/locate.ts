import type { Context } from './context.js';
import { findNode, type NodePlace } from './find-node.js';
import { openKernel } from './kernel.js';
import { nearbyLab } from './lab.js';
import type { RuntimeOption } from './options.js';

/** Where a node of this machine's labs is. */
export function locate(node: string, lab: string | undefined, context: Context): NodePlace {
  const kernel = openKernel();
  try {
    return findNode(kernel, { node, lab, nearby: nearbyLab(context) });
  } finally {
    kernel.close();
  }
}

/** Finds the node and runs the command in its container. */
export async function locateContainer(
  args: RuntimeOption & { readonly node: string; readonly lab: string | undefined },
  command: readonly string[],
  context: Context,
): Promise<number> {
  const { runInContainer } = await import('./in-container.js');
  const kernel = openKernel();
  try {
    const place = findNode(kernel, { node: args.node, lab: args.lab, nearby: nearbyLab(context) });
    return await runInContainer(kernel, place, command, args, context);
  } finally {
    kernel.close();
  }
}
