import { isPending, isReverted } from '../apply/pending-files.js';
import { statusOf, type StatusInput } from '../report/status.js';
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
    const confirmation = await confirmationOf(plan.lab);
    const input = { plan: shownPlan(plan, args), desired: lab.wanted.state, observed: observed.state, routing, ...confirmation?.pending };
    const text = args.json
      ? `${JSON.stringify(statusOf(input, WORDS))}\n`
      : await statusText(input, WORDS, { color: context.color, verbose: args.verbose });
    context.stdout.write(args.quiet && !args.json ? '' : text);
    if (!args.json && !args.quiet) context.stdout.write(confirmation?.text ?? '');
    return plan.actions.length === 0 ? 0 : 1;
  } finally {
    kernel.close();
  }
}

/** Loaded only where an apply was to be confirmed. */
async function confirmationOf(lab: string): Promise<{ readonly text: string; readonly pending: Pick<StatusInput, 'confirmation'> } | null> {
  if (!isPending(lab) && !isReverted(lab)) return null;
  const { confirmationOf: read, confirmationText } = await import('./confirm/notice.js');
  const confirmation = read(lab);
  return { text: confirmationText(lab), pending: confirmation === null ? {} : { confirmation } };
}
