import { nothing, readKernel } from '../apply/observe.js';
import { askToGoOn } from './ask.js';
import { carryOutLocked } from './carry-out.js';
import type { Context } from './context.js';
import { openKernel } from './kernel.js';
import { labNameFrom } from './lab.js';
import type { DestroyArguments } from './options.js';
import { planAnyway } from './planned.js';
import { printPlan } from './print-plan.js';

export async function run(args: DestroyArguments, context: Context): Promise<number> {
  const lab = args.lab ?? labNameFrom(args.file, context);
  const interrupts = context.watchInterrupts();
  const kernel = openKernel(context);
  try {
    return await carryOutLocked(
      {
        phase: 'destroy',
        lab,
        kernel,
        args,
        interrupts,
        observe: () => readKernel(kernel, nothing(lab)),
        replan: () => planAnyway(kernel, nothing(lab)).plan,
        agreed: async (plan) => {
          if (!args.json && (!args.quiet || !args.yes)) await printPlan(plan, { ...args, format: 'text' }, context);
          return args.yes || plan.actions.length === 0 || (await askToGoOn(`Do you want to destroy the lab ${lab}?`, interrupts, context));
        },
      },
      context,
    );
  } finally {
    kernel.close();
  }
}
