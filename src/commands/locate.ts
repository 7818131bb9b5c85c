import type { Context } from './context.js';
import { findNode, type NodePlace } from './find-node.js';
import { openKernel } from './kernel.js';
import { nearbyLab } from './lab.js';

/** Where a node of this machine's labs is. */
export function locate(node: string, lab: string | undefined, context: Context): NodePlace {
  const kernel = openKernel(context);
  try {
    return findNode(kernel, { node, lab, nearby: nearbyLab(context) });
  } finally {
    kernel.close();
  }
}
