import { nothing, readNodes } from '../apply/observe.js';
import { namesIn } from '../kernel/folder.js';
import { NETNS_DIRECTORY } from '../kernel/kernel.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { LAB_NAME } from '../topology/schema.js';
import { askToGoOn } from './ask.js';
import { carryOutLocked } from './carry-out.js';
import { openLabKernel } from './container-kernel.js';
import type { Context } from './context.js';
import { prepareEngine } from './engine.js';
import { beginHelp } from './kernel.js';
import { labNameFor } from './lab-without-file.js';
import type { DestroyArguments } from './options.js';
import { planAnyway, refuseProtected } from './planned.js';
import { showPlan } from './print-plan.js';
import { forgetUnderstood } from './understood.js';

export async function run(args: DestroyArguments, context: Context): Promise<number> {
  const lab = labOf(args, context);
  const namespaces = namesIn(NETNS_DIRECTORY).length;
  prepareEngine(namespaces);
  const help = beginHelp(namespaces);
  const interrupts = context.watchInterrupts();
  const kernel = await openLabKernel(nothing(lab), args, context, help);
  try {
    const status = await carryOutLocked(
      {
        phase: 'destroy',
        lab,
        wanted: nothing(lab),
        kernel,
        args,
        interrupts,
        observe: () => readNodes(kernel, nothing(lab)),
        replan: () => {
          const planned = planAnyway(kernel, nothing(lab));
          refuseProtected(planned.plan, nothing(lab).state, planned.observed.state);
          return planned;
        },
        check: async ({ observed, plan }) => {
          if (args.lab !== undefined || plan.actions.length === 0) return;
          const { refuseAnotherFile } = await import('./another-file.js');
          refuseAnotherFile(args.file, observed.state, context);
        },
        isAskedFor: (plan) => !args.yes && plan.actions.length > 0,
        show: async (plan) => {
          if (!args.json && plan.actions.length === 0) {
            if (!args.quiet) context.stdout.write(`There is no lab ${lab} on this machine: nothing to destroy.\n`);
            return 'done';
          }
          if (!args.json && (!args.quiet || !args.yes)) await showPlan(plan, { ...args, runtime: kernel.runtime }, context);
          return 'shown';
        },
        ask: () => askToGoOn(`Do you want to destroy the lab ${lab}?`, interrupts, context),
      },
      context,
    );
    if (status === 0) forgetUnderstood(lab);
    return status;
  } finally {
    kernel.close();
  }
}

function labOf({ lab, file }: DestroyArguments, context: Context): string {
  if (lab === undefined) return labNameFor('destroy', file, context);
  if (file === undefined && new RegExp(LAB_NAME, 'u').test(lab)) return lab;
  if (file === undefined) throw new DiagnosticError([noLabName(lab)]);
  const message = `--lab ${lab} and the file ${file} both say which lab is meant`;
  throw new DiagnosticError([{ code: 'conflicting-arguments', severity: 'error', message, hint: 'give one of the two' }]);
}

const noLabName = (name: string): Diagnostic => ({
  code: 'bad-name',
  severity: 'error',
  message: `--lab ${JSON.stringify(name)}: that cannot be the name of a lab`,
  hint: 'topo list shows the names',
});
