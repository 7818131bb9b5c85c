import type { Plan } from '../model/plan.js';
import type { CommandText } from '../report/words.js';
import type { Context } from './context.js';
import type { CommonOptions, PlanFormat } from './options.js';
import { WORDS } from './words.js';

/** Each form is loaded only where it is asked for. */
export async function printPlan(plan: Plan, args: CommonOptions & { readonly format: PlanFormat }, context: Context): Promise<void> {
  const write = (text: string): void => context.stdout.write(text);
  switch (args.format) {
    case 'text':
      return write(await textOf(plan, args, context));
    case 'json': {
      const { planJson } = await import('../report/plan-json.js');
      return write(planJson(plan));
    }
    case 'shell': {
      const { planScript } = await import('../kernel/iproute/script.js');
      return write(planScript(plan, (resource) => WORDS.title(resource)));
    }
  }
}

async function textOf(plan: Plan, args: CommonOptions, context: Context): Promise<string> {
  const { planText, planSummary } = await import('../report/plan-text.js');
  if (args.quiet) return `${planSummary(plan)}\n`;
  const command = await commandWords(args.verbose);
  return planText(plan, WORDS, {
    color: context.color,
    verbose: args.verbose,
    ...(command === undefined ? {} : { command }),
  });
}

/** The command that does what an operation does, for those who asked to see each. */
export async function commandWords(verbose: boolean): Promise<CommandText | undefined> {
  if (!verbose) return undefined;
  return (await import('../kernel/iproute/script.js')).commandText;
}
