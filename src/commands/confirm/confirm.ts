import { forgetReverted, readReverted, removePending } from '../../apply/pending.js';
import { isPending } from '../../apply/pending-files.js';
import { kindOf } from '../../kinds/index.js';
import { DiagnosticError } from '../../model/diagnostic.js';
import { hideEvent } from '../../plan/hide.js';
import { applyText } from '../../report/apply-text.js';
import type { Context } from '../context.js';
import { labNameFor } from '../lab-without-file.js';
import { acquireMachineLock } from '../machine-lock.js';
import type { ConfirmArguments } from '../options.js';
import { WORDS } from '../words.js';
import { confirmationText } from './notice.js';
import { revert } from './revert.js';

export async function run(args: ConfirmArguments, context: Context): Promise<number> {
  const lab = args.lab ?? labNameFor('confirm', args.file, context);
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(lab)) throw nothingPending(lab);
  const lock = await acquireMachineLock({
    holder: { pid: process.pid, command: 'confirm', lab },
    timeoutMs: args.lockTimeoutMs,
    onWait: (holder) => context.stderr.write(`Waiting for ${holder} …\n`),
    interrupted: () => false,
  });
  try {
    if (!isPending(lab)) throw nothingPending(lab);
    if (args.revert) return await revertNow(lab, args, context);
    removePending(lab);
    forgetReverted(lab);
    if (!args.quiet) context.stdout.write(`Confirmed: the lab ${lab} stays as it is.\n`);
    return 0;
  } finally {
    lock?.release();
  }
}

async function revertNow(lab: string, args: ConfirmArguments, context: Context): Promise<number> {
  const text = applyText(WORDS, { color: context.stderrColor, resultColor: context.color, verbose: args.verbose });
  const events = revert(lab, context);
  let step = await events.next();
  for (; step.done !== true; step = await events.next()) {
    const { progress, trouble } = text(hideEvent(step.value, kindOf));
    context.stderr.write(trouble + (args.quiet ? '' : progress));
  }
  context.stdout.write(
    step.value ? 'Reverted: all is as it was before.\n' : 'Not all is as it was before. topo confirm --revert tries again.\n',
  );
  return step.value ? 0 : 1;
}

function nothingPending(lab: string): DiagnosticError {
  const reverted = /^[\w-]+$/.test(lab) && readReverted(lab) !== null ? `: ${confirmationText(lab).trim()}` : '';
  const message = `nothing of the lab ${lab} is to be confirmed${reverted}`;
  return new DiagnosticError([{ code: 'nothing-to-confirm', severity: 'error', message, hint: 'topo apply --confirm 60s asks for it' }]);
}
