/** The kernel of a lab; with a container runtime where the lab has containers, or its file wants some. */
import type { Wanted } from '../apply/observe.js';
import type { Kernel } from '../kernel/kernel.js';
import { DiagnosticError } from '../model/diagnostic.js';
import { RUNTIMES, type Runtime } from '../model/lo-marks.js';
import type { Context } from './context.js';
import { type Help, openKernel, withAskedFaults } from './kernel.js';
import type { RuntimeOption } from './options.js';
import { whyNot } from '../kernel/program-file.js';

export function openLabKernel(wanted: Wanted, args: RuntimeOption, context: Context, help?: Help): Promise<Kernel> {
  return withRuntime(openKernel(help), wanted, args, context);
}

/** The kernel that is open, with what asks the runtime. */
export async function withRuntime(
  kernel: Kernel,
  { state, observe }: Wanted,
  { runtime }: RuntimeOption,
  context: Context,
): Promise<Kernel> {
  try {
    const marked = kernel.runtimeOf(state.lab);
    if (observe.containers === undefined && marked === null) return withAskedFaults(kernel, context);
    const chosen = chooseRuntime(state.lab, runtime, marked, context);
    const { withContainers } = await import('../kernel/containers/adapter.js');
    return withAskedFaults(withContainers(kernel, chosen, context.env), context);
  } catch (error) {
    kernel.close();
    throw error;
  }
}

/** What the lab's containers are of; for the first of them what was asked for, or whichever is installed. */
export function chooseRuntime(lab: string, asked: Runtime | undefined, marked: Runtime | null, context: Context): Runtime {
  if (asked !== undefined && marked !== null && asked !== marked) {
    const message = `--runtime ${asked}: the containers of the lab ${lab} are ${marked}'s`;
    throw new DiagnosticError([
      {
        code: 'other-runtime',
        severity: 'error',
        message,
        hint: `topo destroy --lab ${lab} removes them, then apply with --runtime ${asked}`,
      },
    ]);
  }
  const chosen = asked ?? marked ?? RUNTIMES.find((one) => whyNot(one, context.env['PATH']) === null);
  if (chosen !== undefined) return chosen;
  throw new DiagnosticError([
    {
      code: 'no-container-runtime',
      severity: 'error',
      message: `the lab ${lab} has containers, and neither ${RUNTIMES.join(' nor ')} is installed`,
      hint: 'install one of them (on Debian: docker.io or podman), or see that it is in PATH',
    },
  ]);
}
