/** Text → YAML document. Errors of the syntax are the YAML library's; their words are ours where people meet them often. */
import { Composer, CST, Lexer, Parser, YAMLParseError, type Document, type YAMLError } from 'yaml';
import type { Code } from './codes.js';
import type { Report } from './report.js';
import { MAX_VALUES, MEAN_LESS, MEANS_TOO_MUCH } from './limits.js';
import { lineAt, rangeOf, type Source } from './source.js';

/**
 * The document, as far as it can be read. Keys are compared and aliases are followed by `compose`: the library's own
 * check of keys is quadratic.
 */
export function parseYaml(source: Source, report: Report): Document.Parsed | null {
  try {
    const bomb = tooManyAliases(source.text);
    if (bomb !== null) {
      report('alias-bomb', rangeOf(source, bomb), MEANS_TOO_MUCH, { hint: MEAN_LESS });
      return null;
    }
    const document = withoutTraces(() => documentOf(source.text));
    const exhausted = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (exhausted !== undefined) return tooDeep(source, exhausted.pos[0], report);
    reportProblems(source, [...document.errors, ...document.warnings], report);
    return document;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return tooDeep(source, deepestLine(source), report);
  }
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  prettyErrors: false,
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

/** As the library's `parseDocument` does it, but nobody reads the rest of a text in which nearly all is wrong. */
function documentOf(text: string): Document.Parsed {
  let first: Document.Parsed | undefined;
  for (const document of new Composer(OPTIONS).compose(beginning(new Parser().parse(text)), true, text.length)) {
    const { range } = document;
    if (first === undefined) first = document;
    else {
      first.errors.push(new YAMLParseError([range[0], range[1]], 'MULTIPLE_DOCS', ''));
      break;
    }
  }
  return first!;
}

/** More than anybody is shown, even where most of them are left out. */
const MOST_ERRORS = 10_000;

function* beginning(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let errors = 0;
  for (const token of tokens) {
    yield token;
    if (token.type === 'error' && ++errors >= MOST_ERRORS) return;
  }
}

/**
 * Each of them means a value at least. Lexing alone takes a fraction of what parsing does, and nearly every text has fewer stars altogether.
 * Where the first is that is too many; null: there are not so many.
 */
function tooManyAliases(text: string): { readonly start: number; readonly end: number } | null {
  if ((text.match(/\*/g)?.length ?? 0) <= MAX_VALUES) return null;
  let [offset, count] = [0, 0];
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('*') && before !== CST.SCALAR && ++count > MAX_VALUES) return { start: offset, end: offset + lexeme.length };
    // What announces something stands for no character.
    if (!MARKERS.has(lexeme)) offset += lexeme.length;
    before = lexeme;
  }
  return null;
}

const MARKERS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** Each problem is an Error of the library's, and most of its cost is the stack trace: there may be hundreds of thousands. */
function withoutTraces<T>(body: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return body();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** The library's parser is recursive: a stack overflow, which it throws or collects, is a property of the text. */
function tooDeep(source: Source, start: number, report: Report): null {
  report('yaml-too-deep', rangeOf(source, { start, end: start + 1 }), 'lists and mappings are nested too deep');
  return null;
}

/** An overflow has no place. Where nesting is deepest, indentation and signs that open something are most. */
function deepestLine({ text, lineStarts }: Source): number {
  const depths = lineStarts.map((start, i) => {
    const line = text.slice(start, lineStarts[i + 1]);
    return line.search(/\S|$/) + (line.match(/[[{:?-]/g)?.length ?? 0);
  });
  return lineStarts[depths.indexOf(depths.reduce((most, depth) => Math.max(most, depth), 0))] ?? 0;
}

const SHOWN_PROBLEMS = 20;

/** One problem a line: what follows on the same line is mostly a consequence. */
function reportProblems(source: Source, problems: readonly YAMLError[], report: Report): void {
  const lines = new Set<number>();
  for (const problem of problems) {
    const [start, end] = problem.pos;
    if (lines.size > 0 && isLost(problem) && tabInIndentation(source, start) === undefined) continue;
    const at = rangeOf(source, { start: Math.min(start, source.text.length), end });
    if (lines.has(at.line) || lines.size === SHOWN_PROBLEMS) continue;
    lines.add(at.line);
    const { code, message, hint, span } = wording(source, problem);
    report(code, span === undefined ? at : rangeOf(source, span), message, { hint });
  }
}

/** After one error the parser may not find into the text again: then it complains of every word that is left. */
function isLost({ code, message }: YAMLError): boolean {
  return code === 'UNEXPECTED_TOKEN' && message.includes(' token in YAML stream');
}

interface Wording {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly span?: { readonly start: number; readonly end: number };
}

const VARIABLE_IN_FLOW =
  'within { } and [ ] the braces of a ${VARIABLE} are YAML’s: write the key on a line of its own, or the value in quotes if it is a text';

function wording(source: Source, problem: YAMLError): Wording {
  const tab = tabInIndentation(source, problem.pos[0]);
  if (tab !== undefined) return { code: 'yaml-tab', message: 'a tab in the indentation', hint: 'indent with spaces', span: tab };
  if (problem.code === 'MULTIPLE_DOCS') {
    return {
      code: 'several-documents',
      message: 'a second YAML document begins here',
      hint: 'one file holds one topology: remove the ---',
    };
  }
  if (problem.code === 'TAG_RESOLVE_FAILED') return { code: 'yaml-tag', message: lowerFirst(problem.message), hint: 'remove the tag' };
  if (problem.code === 'BAD_INDENT' && problem.message.startsWith('All ')) return badIndent(source, problem.pos[0]);
  const message = lowerFirst(problem.message.split('\n')[0] ?? '');
  if (problem.message.startsWith('Flow ')) return { code: 'yaml-syntax', message, hint: UNCLOSED };
  if (!lineAt(source, problem.pos[0]).includes('${')) return { code: 'yaml-syntax', message };
  return { code: 'yaml-syntax', message, hint: VARIABLE_IN_FLOW };
}

const UNCLOSED = 'is the } or ] missing that closes one above? What is between them stands further right than its key';

/** A line that begins where none of the mappings or lists around it has begun. */
function badIndent(source: Source, offset: number): Wording {
  const { text } = source;
  const lines = text.slice(0, offset).split('\n');
  const line = lineAt(source, offset);
  const column = line.search(/\S|$/) + 1;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const columns: string[] = [];
  let least = Infinity;
  for (let at = lines.length - 2; at >= 0 && least > 1; at--) {
    const begins = lines[at]!.search(/\S/) + 1;
    if (begins === 0 || lines[at]![begins - 1] === '#' || begins >= least) continue;
    least = begins;
    columns.push(`${begins} (line ${at + 1})`);
  }
  return {
    code: 'yaml-syntax',
    message: `this line begins at column ${column}, and nothing around it does`,
    hint: `what it can belong to begins at column ${columns.join(' or ')}`,
    span: { start: lineStart + column - 1, end: lineStart + line.trimEnd().length },
  };
}

/** The first tab in the white space before the line's text, where the error is on this line. */
function tabInIndentation(source: Source, offset: number): Wording['span'] {
  const at = Math.min(offset, source.text.length);
  const lineStart = source.text.lastIndexOf('\n', at - 1) + 1;
  const indentation = /^[ \t]*/.exec(lineAt(source, at))?.[0] ?? '';
  const tab = indentation.indexOf('\t');
  return tab < 0 ? undefined : { start: lineStart + tab, end: lineStart + tab + 1 };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
