/** Diagnostics as text with an excerpt of the file, and as JSON. */
import type { Diagnostic, SourceRange, Sources } from '../model/diagnostic.js';
import { painter, type Paint } from './style.js';
import { columns, printable } from './width.js';

/** Nobody reads more of them at once; `--json` has all. */
const SHOWN = 100;

/** One block for each of the first hundred diagnostics, with an empty line between; '' for none. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], sources: Sources, options: { readonly color: boolean }): string {
  const paint = painter(options.color);
  const lines = linesOf(sources);
  const blocks = diagnostics.slice(0, SHOWN).map((diagnostic) => block(diagnostic, lines, paint).join('\n') + '\n');
  const more = diagnostics.length - SHOWN;
  return [...blocks, ...(more > 0 ? [`and ${more} more; topo validate --json has all of them\n`] : [])].join('\n');
}

/** What `--json` prints for each of them. */
export interface DiagnosticJson extends Partial<SourceRange> {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly (Partial<SourceRange> & { readonly message: string })[];
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): readonly DiagnosticJson[] {
  return diagnostics.map(({ code, severity, message, at, hint, related }) => ({
    code,
    severity,
    message,
    ...at,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related: related.map((each) => ({ message: each.message, ...each.at })) }),
  }));
}

type Lines = (file: string) => readonly string[] | undefined;

/** Files are cut into lines once, however many diagnostics point into them. */
function linesOf(sources: Sources): Lines {
  const cut = new Map<string, readonly string[]>();
  return (file) => {
    const known = cut.get(file);
    const text = sources.get(file);
    if (known !== undefined || text === undefined) return known;
    const lines = text.split('\n');
    cut.set(file, lines);
    return lines;
  };
}

function block(diagnostic: Diagnostic, lines: Lines, paint: Paint): readonly string[] {
  const { at, severity, message, code, hint, related = [] } = diagnostic;
  const style = severity === 'error' ? 'red' : 'yellow';
  const place = at === undefined ? '' : `${paint('bold', placeText(at))}: `;
  const head = `${place}${paint(style, severity)}: ${paint('bold', printable(message))} ${paint('dim', `[${code}]`)}`;
  const line = at === undefined ? undefined : lines(at.file)?.[at.line - 1];
  const gutter = at === undefined || line === undefined ? '  ' : ' '.repeat(String(at.line).length + 3);
  return [
    head,
    ...(at === undefined || line === undefined ? [] : excerpt(at, line, (caret) => paint(style, caret), paint)),
    ...related.map((each) => `${gutter}${each.message}${each.at === undefined ? '' : `: ${placeText(each.at)}`}`),
    ...(hint === undefined ? [] : [`${gutter}${paint('green', 'hint')}: ${printable(hint)}`]),
  ];
}

function placeText(at: SourceRange): string {
  return `${printable(at.file)}:${at.line}:${at.column}`;
}

const EXCERPT_COLUMNS = 120;

function excerpt(at: SourceRange, line: string, caretPaint: (text: string) => string, paint: Paint): readonly string[] {
  const number = String(at.line);
  const start = Math.min(at.column - 1, line.length);
  const { before, marked, after } = around(line.replace(/\r$/, ''), start, start + at.length);
  const carets = '^'.repeat(Math.max(1, columns(marked)));
  return [
    paint('dim', `  ${number} |`) + ` ${before}${marked}${after}`.trimEnd(),
    paint('dim', `  ${' '.repeat(number.length)} |`) + ` ${' '.repeat(columns(before))}${caretPaint(carets)}`,
  ];
}

interface Cut {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** The stretch with as much of its line as is useful; tabs are spaces here, so that the carets stand below it. */
function around(line: string, start: number, end: number): Cut {
  const shown = (text: string) => printable(text.replaceAll('\t', '    '));
  const room = Math.max(20, EXCERPT_COLUMNS - Math.min(end - start, EXCERPT_COLUMNS));
  const from = line.length <= EXCERPT_COLUMNS ? 0 : Math.max(0, start - Math.floor(room / 2));
  const to = line.length <= EXCERPT_COLUMNS ? line.length : Math.min(line.length, Math.max(from + EXCERPT_COLUMNS, start + 1));
  const last = Math.min(end, to);
  return {
    before: (from > 0 ? '…' : '') + shown(line.slice(from, start)),
    marked: shown(line.slice(start, last)),
    after: shown(line.slice(last, to)) + (to < line.length ? '…' : ''),
  };
}
