import { isPending, isReverted } from '../apply/pending-files.js';
import { statusOf } from '../report/status.js';
import { statusText } from '../report/status-text.js';
import type { Context } from './context.js';
import { lookAt } from './look.js';
import type { StatusArguments } from './options.js';
import { planLab } from './planned.js';
import { shownPlan } from './print-plan.js';
import { routingOf } from './routing.js';
import { WORDS } from './words.js';

/** 0 if in sync, 1 if not. */
export async function run(args: StatusArguments, context: Context): Promise<number> {
  const { lab, kernel } = await lookAt(args, context);
  try {
    const { plan, observed } = planLab(kernel, lab);
    const routing = await routingOf(plan.lab, observed.observation);
    const input = { plan: shownPlan(plan, args), desired: lab.wanted.state, observed: observed.state, routing };
    const text = args.json
      ? `${JSON.stringify(statusOf(input, WORDS))}\n`
      : await statusText(input, WORDS, { color: context.color, verbose: args.verbose });
    context.stdout.write(args.quiet && !args.json ? '' : text);
    if (!args.json && !args.quiet) context.stdout.write(await confirmationOf(plan.lab));
    return plan.actions.length === 0 ? 0 : 1;
  } finally {
    kernel.close();
  }
}

/** Loaded only where an apply was to be confirmed. */
async function confirmationOf(lab: string): Promise<string> {
  if (!isPending(lab) && !isReverted(lab)) return '';
  return (await import('./confirm/notice.js')).confirmationText(lab);
}
