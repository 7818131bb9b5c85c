import { isPending, isReverted, isTakenBack } from '../apply/pending-files.js';
import type { State } from '../model/state.js';
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
  const confirmation = await confirmationOf(lab.wanted.state);
  try {
    const { plan, observed } = planLab(kernel, lab);
    const routing = await routingOf(plan.lab, observed.observation);
    const input = { plan: shownPlan(plan, args), desired: lab.wanted.state, observed: observed.state, routing, ...confirmation?.facts };
    const text = args.json
      ? `${JSON.stringify(statusOf(input, WORDS))}\n`
      : await statusText(input, WORDS, { color: context.color, verbose: args.verbose });
    context.stdout.write(args.quiet && !args.json ? '' : text);
    return plan.actions.length === 0 ? 0 : 1;
  } finally {
    // Also where something is in the way: it may be what was taken over, and is somebody else's again.
    if (!args.json && !args.quiet) context.stdout.write(confirmation?.text ?? '');
    kernel.close();
  }
}

interface Confirmed {
  readonly text: string;
  readonly facts: Pick<StatusInput, 'confirmation' | 'reverted'>;
}

/** Loaded only where an apply was to be confirmed. */
async function confirmationOf(desired: State): Promise<Confirmed | null> {
  const { lab } = desired;
  if (!isPending(lab) && !isReverted(lab) && !isTakenBack(lab)) return null;
  const { confirmationOf: read, confirmationText, revertedOf, revertedText } = await import('./confirm/notice.js');
  const confirmation = read(lab);
  const reverted = revertedOf(desired);
  return {
    text: confirmationText(lab) + (reverted === null ? '' : revertedText(reverted)),
    facts: { ...(confirmation === null ? {} : { confirmation }), ...(reverted === null ? {} : { reverted }) },
  };
}
