import { kindOf } from '../kinds/index.js';
import type { Runtime } from '../model/lo-marks.js';
import type { Plan } from '../model/plan.js';
import { hidePlan } from '../plan/hide.js';
import { SENSITIVE } from '../model/sensitive.js';
import type { Wording } from '../report/plan-text.js';
import type { CommandText } from '../report/words.js';
import type { Context } from './context.js';
import type { CommonOptions, PlanArguments, PlanFormat } from './options.js';
import { WORDS } from './words.js';

const CHANGES = 2;

/** The exit status of a command that has printed the plan. */
export const planStatus = (plan: Plan, { detailedExitcode }: Pick<PlanArguments, 'detailedExitcode'>): number =>
  detailedExitcode && plan.actions.length > 0 ? CHANGES : 0;

type Printing = CommonOptions & { readonly wording?: Wording; /** Of the lab's containers. */ readonly runtime?: Runtime | undefined };

/** Without what nobody is to see, unless it was asked for. */
export const shownPlan = (plan: Plan, { showSensitive }: Pick<CommonOptions, 'showSensitive'>): Plan =>
  showSensitive ? plan : hidePlan(plan, kindOf);

/** Each form is loaded only where it is asked for. */
export async function printPlan(whole: Plan, args: Printing & { readonly format: PlanFormat }, context: Context): Promise<void> {
  const plan = shownPlan(whole, args);
  const write = (text: string): void => context.stdout.write(text);
  switch (args.format) {
    case 'text':
      return write(await textOf(plan, args, context));
    case 'json': {
      const { planJson } = await import('../report/plan-json.js');
      return write(planJson(plan));
    }
    case 'markdown': {
      const { planMarkdown } = await import('../report/plan-markdown.js');
      const { title = `Plan for the lab ${plan.lab}:`, noChanges } = args.wording ?? {};
      return write(await planMarkdown(plan, WORDS, { title: title.slice(0, -1), ...(noChanges === undefined ? {} : { noChanges }) }));
    }
    case 'diff': {
      const { planDiff } = await import('../report/plan-diff.js');
      const sides = args.wording === undefined ? (['observed', 'desired'] as const) : (['before', 'after'] as const);
      return write(await planDiff(plan, WORDS, { color: context.color, verbose: args.verbose, sides }));
    }
    case 'shell': {
      const { incompleteScript, planScript } = await import('../kernel/iproute/script.js');
      const script = planScript(plan, (resource) => WORDS.title(resource), args.runtime);
      return write(script.includes(SENSITIVE) ? incompleteScript(script) : script);
    }
  }
}

/** For somebody who is asked whether to go on: where the question stands too. */
export async function showPlan(plan: Plan, args: Printing & { readonly yes: boolean }, context: Context): Promise<void> {
  const printing = { ...args, format: 'text' } as const;
  await printPlan(plan, printing, context);
  if (args.yes || !context.interactive || context.stdout.isTTY) return;
  await printPlan(plan, printing, { ...context, stdout: context.stderr, color: context.stderrColor });
}

async function textOf(plan: Plan, args: Printing, context: Context): Promise<string> {
  const { planText, planSummary } = await import('../report/plan-text.js');
  const { wording } = args;
  if (args.quiet) return `${planSummary(plan, wording?.noChanges)}\n`;
  const command = await commandWords(args.verbose, args.runtime);
  return planText(plan, WORDS, {
    color: context.color,
    verbose: args.verbose,
    ...(command === undefined ? {} : { command }),
    ...(wording === undefined ? {} : { wording }),
  });
}

/** The command that does what an operation does, for those who asked to see each. */
export async function commandWords(verbose: boolean, runtime: Runtime | undefined): Promise<CommandText | undefined> {
  if (!verbose) return undefined;
  const { commandText } = await import('../kernel/iproute/script.js');
  return (operation) => commandText(operation, runtime);
}
