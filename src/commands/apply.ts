import { resolve } from 'node:path';
import { readNodes } from '../apply/observe.js';
import type { SavedPlan } from '../report/saved-plan.js';
import { askToGoOn } from './ask.js';
import { beginsLikePlan } from './begins-like-plan.js';
import { carryOutLocked } from './carry-out.js';
import { openLabKernel } from './container-kernel.js';
import type { Context } from './context.js';
import { nodesIn } from './engine.js';
import { beginHelp } from './kernel.js';
import { adopting, type Lab } from './lab.js';
import type { ApplyArguments } from './options.js';
import { planLab, type Planned } from './planned.js';
import { showPlan } from './print-plan.js';
import { readTopologyFile } from './read-file.js';
import { keepUnderstood, understand } from './understood.js';
import { namespacesToCome } from './to-come.js';
import { printWarnings } from './warnings.js';

export async function run(args: ApplyArguments, context: Context): Promise<number> {
  const saved = await savedPlanOf(args.file, context);
  const file = readTopologyFile(saved?.plan.file ?? args.file, context);
  const help = beginHelp(nodesIn(file));
  // A saved plan has been looked at.
  const isAgreed = args.yes || saved !== undefined;
  // Whoever is asked first may say no.
  if (isAgreed) help.second?.spare(namespacesToCome(file));
  const understood = understand(file, context);
  const lab = adopting(understood, saved === undefined ? args.adopt : saved.plan.adopt);
  const interrupts = context.watchInterrupts();
  const kernel = await openLabKernel(lab.wanted, args, context, help);
  try {
    const status = await carryOutLocked(
      {
        phase: 'apply',
        lab: lab.wanted.state.lab,
        wanted: lab.wanted,
        kernel,
        args,
        interrupts,
        observe: () => readNodes(kernel, lab.wanted),
        replan: (nodes) => planLab(kernel, lab, nodes),
        ...(saved === undefined ? {} : { check: (planned: Planned) => saved.check(lab, planned), begins: () => saved.useUp() }),
        isAskedFor: (plan) => !isAgreed && plan.actions.length > 0,
        show: async (plan) => {
          if (!args.json && !args.quiet) await printWarnings(plan, lab.sources, context);
          if (!args.json && (!args.quiet || !args.yes)) await showPlan(plan, { ...args, yes: isAgreed, runtime: kernel.runtime }, context);
          return 'shown';
        },
        ask: () => askToGoOn(args.json ? 'Apply?' : 'Do you want to make these changes?', interrupts, context),
      },
      context,
    );
    if (status === 0) keepUnderstood(file, understood, context);
    return status;
  } finally {
    kernel.close();
  }
}

interface Saved {
  readonly plan: SavedPlan;
  /** Before the first change; what is planned later is another thing. */
  check(lab: Lab, planned: Planned): Promise<void>;
  /** It is applied now. */
  useUp(): void;
}

/** Undefined: the file is a topology. */
async function savedPlanOf(file: string | undefined, context: Context): Promise<Saved | undefined> {
  if (file === undefined || !beginsLikePlan(resolve(context.cwd, file))) return undefined;
  const { readSavedPlan, refuseStale, useUp } = await import('./saved-plan.js');
  const plan = readSavedPlan(file, context);
  return { plan, check: (lab, planned) => refuseStale(file, plan, lab, planned), useUp: () => useUp(file, plan) };
}
