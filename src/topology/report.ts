/** Where the diagnostics of one file come together. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Code } from './codes.js';
import { HINTS } from './hints.js';

export interface Details {
  /** A function where it takes a search for a similar word, which only the first problems of a file are worth. */
  readonly hint?: string | undefined | (() => string | undefined);
  readonly related?: Diagnostic['related'];
}

type PlainDetails = Omit<Details, 'hint'> & { readonly hint?: string | undefined };

export type Report = (code: Code, at: SourceRange, message: string, details?: Details) => void;

const SEARCHES = 100;

export function reporter(diagnostics: Diagnostic[]): Report {
  return once(
    (code, at, message, { hint, related } = {}) => {
      const found = typeof hint !== 'function' ? hint : diagnostics.length < SEARCHES ? hint() : undefined;
      diagnostics.push(diagnosticOf(code, message, at, { hint: found ?? HINTS[code], related }));
    },
    (...[code, at, message]) => [code, placeKey(at), message],
  );
}

/** For checks of each node: what several nodes have from `defaults`, a group or one anchor is said of the first. */
export function oncePerPlace(report: Report): Report {
  return once(report, (...[code, at]) => [code, placeKey(at)]);
}

/** Keeps quiet about places that a problem was reported of before. */
export function exceptAt(report: Report, places: readonly SourceRange[]): Report {
  if (places.length === 0) return report;
  const quiet = new Set(places.map(placeKey));
  return (...problem) => {
    if (!quiet.has(placeKey(problem[1]))) report(...problem);
  };
}

/** The same thing at the same place is met through several aliases. */
function once(report: Report, identity: (...problem: Parameters<Report>) => readonly string[]): Report {
  const seen = new Set<string>();
  return (...problem) => {
    const key = identity(...problem).join(' ');
    if (!seen.has(key)) report(...problem);
    seen.add(key);
  };
}

const placeKey = (at: SourceRange): string => `${at.line}:${at.column}:${at.file}`;

export function diagnosticOf(code: Code, message: string, at: SourceRange | undefined, details: PlainDetails = {}): Diagnostic {
  return {
    code,
    severity: 'error',
    message,
    ...(at === undefined ? {} : { at }),
    ...(details.hint === undefined ? {} : { hint: details.hint }),
    ...(details.related === undefined ? {} : { related: details.related }),
  };
}

/** By file, the first one first, then by line and column; what has no place comes first. */
export function inOrder(diagnostics: readonly Diagnostic[], file?: string): readonly Diagnostic[] {
  const rank = ({ at }: Diagnostic): string => (at === undefined || at.file === file || file === undefined ? '' : at.file);
  const byFile = (a: Diagnostic, b: Diagnostic): number => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);
  return [...diagnostics].sort(
    (a, b) => byFile(a, b) || (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}

const QUOTED_LENGTH = 60;

/** A text of the file inside a message: in quotes, shortened, control characters made visible. */
export function quote(text: string): string {
  const short = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
