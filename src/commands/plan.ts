import type { Context } from './context.js';
import { adopting } from './lab.js';
import { lookAt } from './look.js';
import type { PlanArguments } from './options.js';
import { planLab } from './planned.js';
import { planStatus, printPlan } from './print-plan.js';
import { printWarnings } from './warnings.js';

export async function run(args: PlanArguments, context: Context): Promise<number> {
  const { lab: plain, kernel, file } = await lookAt(args, context);
  const lab = adopting(plain, args.adopt);
  try {
    const planned = planLab(kernel, lab);
    const { plan } = planned;
    if (args.format !== 'json' && !args.quiet) await printWarnings(plan, lab.sources, context);
    await printPlan(plan, { ...args, runtime: kernel.runtime }, context);
    if (args.out !== undefined) (await import('./saved-plan.js')).savePlan(args.out, lab, planned, file, context);
    return planStatus(plan, args);
  } finally {
    kernel.close();
  }
}
