import type { Kernel } from '../kernel/kernel.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Context } from './context.js';
import { findNode } from './find-node.js';
import { nearbyLab } from './lab.js';
import type { ShowArguments } from './options.js';

/** Which lab is meant, and which node of it: the named one, that of the file here, or the only one there is. No node is called `host`: it is the host's part of a lab. */
export function shownLab(
  args: ShowArguments,
  kernel: Kernel,
  context: Context,
): { readonly lab: string; readonly node: string | undefined } {
  const nearby = nearbyLab(context);
  const [, before, isHost] = /^(?:([^.]+)\.)?(host)$/.exec(args.node ?? '') ?? [];
  if (isHost === undefined && args.node !== undefined) return findNode(kernel, { node: args.node, lab: args.lab, nearby });
  const labs = kernel.labs().map(({ lab }) => lab);
  const lab = before ?? args.lab ?? nearby ?? (labs.length === 1 ? labs[0] : undefined);
  if (lab === undefined)
    throw new DiagnosticError([
      {
        code: 'which-lab',
        severity: 'error',
        message: labs.length === 0 ? 'there are no labs on this machine' : `there are several labs: ${labs.join(', ')}`,
        hint: '--lab NAME says which one',
      },
    ]);
  if (!labs.includes(lab))
    throw new DiagnosticError([
      {
        code: 'no-such-lab',
        severity: 'error',
        message: `there is no lab ${lab} on this machine`,
        hint: 'topo apply makes it; topo list shows those that are there',
      },
    ]);
  return { lab, node: isHost };
}
