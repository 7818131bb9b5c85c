/** What happens while a plan is carried out, as lines for people. */
import type { ActionReference, Event, Loss, Summary } from '../model/event.js';
import type { Action, Plan } from '../model/plan.js';
import type { ResourceId } from '../model/state.js';
import { resourceOfAction, SYMBOLS } from './blocks.js';
import { clock } from './clock.js';
import { formatDiagnostics } from './diagnostics.js';
import { failureLines } from './failure-text.js';
import { counted } from './rules-text.js';
import { painter, type Paint } from './style.js';
import { printable } from './width.js';
import type { CommandText, Words } from './words.js';

export interface ApplyTextOptions {
  readonly color: boolean;
  /** Of the result, if that goes elsewhere. */
  readonly resultColor?: boolean;
  /** Kernel operations too, as commands. */
  readonly verbose: boolean;
  readonly command?: CommandText;
  /** As this program is called, for commands that are shown; default: `topo`. */
  readonly program?: string;
}

/** Both with a line feed at the end, or empty. */
export interface ApplyText {
  /** The result: for standard output. */
  readonly result: string;
  /** For standard error. */
  readonly progress: string;
  /** What went wrong: for standard error, however quiet the program is to be. */
  readonly trouble: string;
}

interface Context {
  readonly words: Words;
  readonly options: ApplyTextOptions;
  readonly paint: Paint;
  /** Of the last plan. */
  readonly plan: Plan | null;
}

const SILENCE: ApplyText = { result: '', progress: '', trouble: '' };

/** More than this is not read any more. */
const LONGEST_LIST = 20;
/** Names in a sentence. */
const LONGEST_SENTENCE = 5;
/** Of a reason: that of a table may name hundreds of entries. */
const LONGEST_REASON = 400;

/** A function that takes the events one by one and gives the text of each. */
export function applyText(words: Words, options: ApplyTextOptions): (event: Event) => ApplyText {
  const paint = painter(options.color);
  let plan: Plan | null = null;
  return (event) => {
    if (event.type === 'plan') plan = event.plan;
    return textOf(event, { words, options, paint, plan });
  };
}

function textOf(event: Event, context: Context): ApplyText {
  const { paint } = context;
  switch (event.type) {
    case 'waiting':
      return progress([`Waiting for ${printable(event.holder)} …`]);
    case 'plan':
      return event.phase === 'rollback'
        ? progress([paint('bold', `Rolling back: ${counted(event.plan.actions.length, 'action')}.`)])
        : SILENCE;
    case 'action-start':
      return context.options.verbose ? progress(commandLines(event, context)) : SILENCE;
    case 'output':
      return progress([`    ${printable(event.line)}`]);
    case 'action-done':
      return progress([`${symbolOf(event, paint)} ${titleOf(event, context)}`]);
    case 'action-failed':
      return trouble(failureLines(event, titleOf(event, context), context.options.command, paint));
    case 'broken':
      return { ...SILENCE, trouble: formatDiagnostics(event.diagnostics, new Map(), context.options) };
    case 'action-skipped':
      return trouble([paint('yellow', `skipped: ${titleOf(event, context)} (it needs ${titleOfId(event.because, context)})`)]);
    case 'held':
      return trouble([
        `${paint('yellow', 'warning:')} the namespace ${printable(event.netns)} has no name any more but lives on, held by ${processes(event.processes)}`,
      ]);
    case 'interrupted':
      return trouble([paint('bold', interruptionText(event)), ...unfinishedLines(event.unfinished, context)]);
    case 'verify':
      return event.ok
        ? SILENCE
        : trouble([paint('red', 'The kernel was read again, and differs:'), ...differenceLines(event.differences, context)]);
    case 'not-restored':
      return trouble([paint('yellow', 'Not the very same as before:'), ...lossLines(event.losses, context)]);
    case 'unconfirmed':
      return trouble([
        paint('bold', `Not confirmed yet: at ${clock(event.until)} it is reverted, unless this comes before:`),
        `  ${context.options.program ?? 'topo'} confirm --lab ${event.lab}`,
      ]);
    case 'summary':
      return {
        ...SILENCE,
        result: `${painter(context.options.resultColor ?? context.options.color)(event.outcome === 'complete' ? 'green' : 'red', summaryText(event))}\n`,
      };
  }
}

const progress = (lines: readonly string[]): ApplyText => ({ ...SILENCE, progress: lines.map((line) => `${line}\n`).join('') });
const trouble = (lines: readonly string[]): ApplyText => ({ ...SILENCE, trouble: lines.map((line) => `${line}\n`).join('') });

/** `Apply complete! Resources: 3 added, 1 changed, 0 destroyed.` */
export function summaryText(summary: Summary): string {
  const { command, outcome, adopted = 0, moved = 0, added, changed, destroyed, unfinished } = summary;
  const taken = `${adopted === 0 ? '' : `${adopted} adopted, `}${moved === 0 ? '' : `${moved} moved, `}`;
  const name = command === 'apply' ? 'Apply' : 'Destroy';
  const counts = `Resources: ${command === 'apply' ? `${taken}${added} added, ${changed} changed, ` : ''}${destroyed} destroyed`;
  const rest = unfinished.length === 0 ? '' : `, ${unfinished.length} not done`;
  switch (outcome) {
    case 'complete':
      return `${name} complete! ${counts}.`;
    case 'differs':
      return `${name} incomplete: the kernel is not as it should be. ${counts}.`;
    case 'rolled-back':
      return `${name} failed and was rolled back: all is as it was before.`;
    case 'failed':
      return `${name} failed. ${counts}${rest}. Running it again goes on from here.`;
    case 'interrupted':
      return `${name} interrupted. ${counts}${rest}. Running it again goes on from here.`;
  }
}

function interruptionText({ signal, atOnce, unfinished }: Extract<Event, { type: 'interrupted' }>): string {
  if (atOnce !== true) return `Interrupted by ${signal}. Not done:`;
  const left = unfinished.length === 0 ? 'All was done, and not looked at again.' : 'Not done, or half done:';
  return `Stopped in the middle by a second ${signal}. ${left}`;
}

function symbolOf({ action, replacement }: ActionReference, paint: Paint): string {
  const style = action === 'create' ? 'green' : action === 'update' ? 'yellow' : 'red';
  return paint(style, (replacement ? `${SYMBOLS[action]} (replace)` : SYMBOLS[action]).padStart(3));
}

function commandLines({ index }: ActionReference, { plan, options, paint }: Context): string[] {
  const { command } = options;
  const action = plan?.actions[index];
  const operations = [...(action?.operations ?? []), ...(action?.finish ?? [])];
  if (command === undefined) return [];
  return operations
    .flatMap((operation) =>
      command(operation)
        .split('\n')
        .filter((line) => line !== ''),
    )
    .map((line) => paint('dim', `  $ ${printable(line)}`));
}

function titleOf({ index, id }: ActionReference, { plan, words }: Context): string {
  const action = plan?.actions[index];
  return printable(action === undefined ? id : words.title(resourceOfAction(action)));
}

function titleOfId(id: ResourceId, { plan, words }: Context): string {
  const action = plan?.actions.findLast((candidate) => candidate.id === id);
  return printable(action === undefined ? id : words.title(resourceOfAction(action)));
}

function unfinishedLines(unfinished: readonly ActionReference[], context: Context): string[] {
  const { options, paint } = context;
  const shown = options.verbose ? unfinished : unfinished.slice(0, LONGEST_LIST);
  const more = unfinished.length - shown.length;
  const lines = shown.map((reference) => `${symbolOf(reference, paint)} ${titleOf(reference, context)}`);
  return more === 0 ? lines : [...lines, `    and ${more} more`];
}

/** What is common to many is said once. */
function lossLines(losses: readonly Loss[], context: Context): string[] {
  return [...new Set(losses.map(({ what }) => what))].map((what) => {
    const titles = losses.filter((loss) => loss.what === what).map(({ id }) => titleOfId(id, context));
    const shown = context.options.verbose ? titles : titles.slice(0, LONGEST_SENTENCE);
    const more = titles.length - shown.length;
    return `    ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}: ${what}`;
  });
}

function differenceLines(differences: readonly Action[], { words, paint }: Context): string[] {
  return differences.map((action) => {
    const reference = { action: action.change.action, replacement: action.replacement !== undefined, index: 0, id: '', operations: 0 };
    return `${symbolOf(reference, paint)} ${printable(words.title(resourceOfAction(action)))}: ${shortened(printable(action.reason))}`;
  });
}

const shortened = (text: string): string => (text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON)}…`);

function processes(list: readonly { readonly pid: number; readonly command: string }[]): string {
  if (list.length === 0) return 'something that is no process';
  return list.map(({ pid, command }) => `${printable(command)} (process ${pid})`).join(', ');
}
