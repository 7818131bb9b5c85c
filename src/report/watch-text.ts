/** What `topo watch` tells, for people. */
import type { Sources } from '../model/diagnostic.js';
import type { Cause, DriftCondition, DriftObject, TimedWatchEvent, WatchRepair } from '../model/watch-event.js';
import { clock } from './clock.js';
import { formatDiagnostics } from './diagnostics.js';
import { placeText } from './place.js';
import { counted } from './rules-text.js';
import { painter, type Paint, type Style } from './style.js';
import { isList, valueText } from './value-text.js';
import { printable } from './width.js';

export interface WatchTextOptions {
  readonly color: boolean;
  /** All objects, however many. */
  readonly verbose: boolean;
  readonly sources: Sources;
}

/** More than this is not read any more. */
const LONGEST_LIST = 20;
/** Fields of one object, on its line; a table has hundreds. */
const MOST_FIELDS = 8;

const STYLES: { readonly [condition in DriftCondition]: Style } = { drifted: 'yellow', missing: 'red', unexpected: 'magenta' };

/** Lines, each with a line feed. */
export function watchText(event: TimedWatchEvent, options: WatchTextOptions): string {
  const paint = painter(options.color);
  const [head, ...rest] = linesOf(event, options, paint);
  return [`${paint('dim', clock(event.time).slice('2026-01-01 '.length))} ${head ?? ''}`, ...rest].map((line) => `${line}\n`).join('');
}

function linesOf(event: TimedWatchEvent, options: WatchTextOptions, paint: Paint): readonly string[] {
  switch (event.type) {
    case 'watching': {
      const { labs, repair, metrics } = event;
      const names = labs.map(({ lab, file }) => `${printable(lab)} (${printable(file)})`).join(', ');
      return [
        `watching ${labs.length === 0 ? 'for labs to come' : names}${repair ? ', repairing what differs' : ''}`,
        ...(metrics === undefined ? [] : [`  metrics: ${metrics}`]),
      ];
    }
    case 'lab':
      return [`${of(event, paint)} ${CHANGES[event.change]} (${printable(event.file)})`];
    case 'file': {
      const who = event.lab === null ? '' : `${of({ lab: event.lab }, paint)} `;
      const head = `${who}${printable(event.file)} ${FILES[event.state]}`;
      return event.diagnostics.length === 0 ? [head] : [head, ...diagnosticLines(event.diagnostics, options)];
    }
    case 'revision':
      return [`${printable(event.repository)} is at ${event.commit?.slice(0, 12) ?? 'no commit'}${branchText(event.branch)}`];
    case 'drift': {
      const what = counted(event.objects.length, 'object');
      const head = `${of(event, paint)} ${paint('yellow', `${what} ${event.objects.length === 1 ? 'differs' : 'differ'}`)} (${CAUSES[event.cause]})`;
      return [head, ...objectLines(event.objects, options, paint), ...retryLines(event, 'what has not stayed repaired is left alone for')];
    }
    case 'in-sync':
      return [`${of(event, paint)} ${paint('green', 'in sync')}`];
    case 'blocked':
      return [`${of(event, paint)} ${paint('red', 'nothing can be done:')}`, ...diagnosticLines(event.diagnostics, options)];
    case 'repair':
      return repairLines(event, paint);
    case 'lost':
      return ['more was announced than could be kept: everything is read again'];
    case 'waiting':
      return [`${of(event, paint)} waiting for ${printable(event.holder)}`];
    case 'unconfirmed':
      return [`${of(event, paint)} nothing is repaired before the last apply is confirmed, or reverted at ${clock(event.until)}`];
    case 'reverted':
      return [
        `${of(event, paint)} what the file asks for was reverted at ${clock(event.at)}: it stays so until the file asks for something else, or topo apply was run`,
      ];
    case 'stopped':
      return [`ended by ${event.signal}`];
  }
}

const of = ({ lab }: { readonly lab: string }, paint: Paint): string => paint('bold', `${printable(lab)}:`);

const CHANGES = {
  added: 'is watched too',
  left: 'its file is gone: it is not watched any more, and stays as it is',
  pruned: 'its file is gone: it is destroyed',
} as const;

const FILES = {
  changed: 'has changed',
  invalid: 'is not valid: what it said last goes on',
  missing: 'is gone: what it said last goes on',
} as const;

const CAUSES: { readonly [cause in Cause]: string } = {
  start: 'as it was found',
  kernel: 'in the kernel',
  file: 'by the file',
  resync: 'found when everything was read again',
  retry: 'found when it was looked at again',
};

const branchText = (branch: string | null): string => (branch === null ? '' : ` of ${printable(branch)}`);

function diagnosticLines(diagnostics: Parameters<typeof formatDiagnostics>[0], { sources, color }: WatchTextOptions): readonly string[] {
  return formatDiagnostics(diagnostics, sources, { color })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}

function objectLines(objects: readonly DriftObject[], { verbose }: WatchTextOptions, paint: Paint): readonly string[] {
  const shown = verbose ? objects : objects.slice(0, LONGEST_LIST);
  const more = objects.length - shown.length;
  return [...shown.map((object) => `  ${objectText(object, verbose, paint)}`), ...(more === 0 ? [] : [`  and ${more} more`])];
}

function objectText(object: DriftObject, verbose: boolean, paint: Paint): string {
  const { status, title, fields } = object;
  const shown = verbose ? fields : fields.slice(0, MOST_FIELDS);
  const more = fields.length - shown.length;
  const place = placeText(object);
  const values = `${shown.map(fieldText).join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  const head = `${paint(STYLES[status], status)} ${printable(title)}`;
  return `${head}${values === '' ? '' : `: ${values}`}${place === '' ? '' : paint('dim', `  # ${place}`)}`;
}

/** Chains and files are long: `topo plan` shows them line by line. */
function fieldText({ field, from, to }: DriftObject['fields'][number]): string {
  const isLong = [from, to].some((value) => typeof value === 'object' && value !== null && !isList(value));
  return isLong ? `${field} differs` : `${field}: ${short(from)} -> ${short(to)}`;
}

const LONGEST_VALUE = 60;

function short(value: Parameters<typeof valueText>[0]): string {
  const text = valueText(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function repairLines(event: WatchRepair, paint: Paint): readonly string[] {
  const { outcome, added, changed, destroyed, milliseconds, refusals } = event;
  const style = outcome === 'complete' ? 'green' : 'red';
  const counts = `${added} added, ${changed} changed, ${destroyed} destroyed`;
  return [
    `${of(event, paint)} ${paint(style, OUTCOMES[outcome])}: ${counts} (${milliseconds} ms)`,
    ...refusals.map(
      ({ id, errno, message, at }) =>
        `  ${paint('red', `error[${errno}]:`)} ${printable(id)}: ${printable(message)}${at === undefined ? '' : paint('dim', `  # ${placeText({ at })}`)}`,
    ),
    ...retryLines(event, 'what was refused is tried again in'),
  ];
}

const retryLines = ({ retryMilliseconds }: { readonly retryMilliseconds?: number }, words: string): readonly string[] =>
  retryMilliseconds === undefined ? [] : [`  ${words} ${(retryMilliseconds / 1000).toFixed(1)} s`];

const OUTCOMES = { complete: 'repaired', differs: 'repaired in part', failed: 'not repaired', interrupted: 'interrupted' } as const;
