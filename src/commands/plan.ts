import { openKernel } from './kernel.js';
import type { Context } from './context.js';
import { loadLab } from './lab.js';
import type { PlanArguments } from './options.js';
import { planLab } from './planned.js';
import { printPlan } from './print-plan.js';
import { printWarnings } from './warnings.js';

const CHANGES = 2;

export async function run(args: PlanArguments, context: Context): Promise<number> {
  const lab = loadLab(args.file, context);
  const kernel = openKernel(context);
  try {
    const { plan } = planLab(kernel, lab);
    if (args.format !== 'json' && !args.quiet) await printWarnings(plan, lab.sources, context);
    await printPlan(plan, args, context);
    return args.detailedExitcode && plan.actions.length > 0 ? CHANGES : 0;
  } finally {
    kernel.close();
  }
}
