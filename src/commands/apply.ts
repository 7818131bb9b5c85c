import { readKernel } from '../apply/observe.js';
import { askToGoOn } from './ask.js';
import { carryOutLocked } from './carry-out.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import { loadLab } from './lab.js';
import type { ApplyArguments } from './options.js';
import { planLab } from './planned.js';
import { printPlan } from './print-plan.js';
import { printWarnings } from './warnings.js';

export async function run(args: ApplyArguments, context: Context): Promise<number> {
  const lab = loadLab(args.file, context);
  const interrupts = context.watchInterrupts();
  const kernel = openKernel(context);
  try {
    return await carryOutLocked(
      {
        phase: 'apply',
        lab: lab.wanted.state.lab,
        kernel,
        args,
        interrupts,
        observe: () => readKernel(kernel, lab.wanted),
        replan: (seen) => planLab(kernel, lab, seen).plan,
        agreed: async (plan) => {
          if (args.json) return args.yes || plan.actions.length === 0 || (await askToGoOn('Apply?', interrupts, context));
          if (!args.quiet) await printWarnings(plan, lab.sources, context);
          if (!args.quiet || !args.yes) await printPlan(plan, { ...args, format: 'text' }, context);
          if (args.yes || plan.actions.length === 0) return true;
          return askToGoOn('Do you want to make these changes?', interrupts, context);
        },
      },
      context,
    );
  } finally {
    kernel.close();
  }
}
