import type { Context } from './context.js';
import { lookAt } from './look.js';
import type { PlanArguments } from './options.js';
import { planLab } from './planned.js';
import { printPlan } from './print-plan.js';
import { printWarnings } from './warnings.js';

const CHANGES = 2;

export async function run(args: PlanArguments, context: Context): Promise<number> {
  const { lab, kernel } = await lookAt(args.file, context);
  try {
    const { plan } = planLab(kernel, lab);
    if (args.format !== 'json' && !args.quiet) await printWarnings(plan, lab.sources, context);
    await printPlan(plan, args, context);
    return args.detailedExitcode && plan.actions.length > 0 ? CHANGES : 0;
  } finally {
    kernel.close();
  }
}
