/** Runs a command in a node that is a container, by its runtime: with the container's own files and programs. */
import type { Kernel } from '../kernel/kernel.js';
import { DiagnosticError } from '../model/diagnostic.js';
import { supervise } from '../sandbox/supervise.js';
import { chooseRuntime } from './container-kernel.js';
import type { Context } from './context.js';
import type { NodePlace } from './find-node.js';
import type { RuntimeOption } from './options.js';

export async function runInContainer(
  kernel: Kernel,
  place: NodePlace,
  command: readonly string[],
  { runtime }: RuntimeOption,
  context: Context,
): Promise<number> {
  const marked = kernel.runtimeOf(place.lab);
  if (marked === null) throw new DiagnosticError([noContainer(place)]);
  const chosen = chooseRuntime(place.lab, runtime, marked, context);
  const { findContainer } = await import('../kernel/containers/find.js');
  const id = findContainer(kernel, chosen, context.env, place);
  if (id === null) throw new DiagnosticError([noContainer(place)]);
  const terminal = context.interactive ? ['--tty'] : [];
  const args = ['exec', '--interactive', ...terminal, id, ...command];
  return supervise({ command: chosen, args, env: context.env, receivers: (pid) => [pid] });
}

function noContainer({ lab, node }: NodePlace): DiagnosticError['diagnostics'][number] {
  return {
    code: 'no-container',
    severity: 'error',
    message: `the node ${node} of the lab ${lab} is no container that runs`,
    hint: 'without --in-container the command runs in the namespace of the node, with the programs of this machine',
  };
}
