/** Where the diagnostics of one file come together. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Code } from './codes.js';

export interface Details {
  readonly hint?: string | undefined;
  readonly related?: Diagnostic['related'];
}

export type Report = (code: Code, at: SourceRange, message: string, details?: Details) => void;

/** A reporter that appends to the list; the same thing at the same place, met through two aliases, is said once. */
export function reporter(diagnostics: Diagnostic[]): Report {
  const seen = new Set<string>();
  return (code, at, message, details = {}) => {
    const identity = `${at.line}:${at.column}:${code}:${message}`;
    if (seen.has(identity)) return;
    seen.add(identity);
    diagnostics.push(diagnosticOf(code, message, at, details));
  };
}

export function diagnosticOf(code: Code, message: string, at: SourceRange | undefined, details: Details = {}): Diagnostic {
  return {
    code,
    severity: 'error',
    message,
    ...(at === undefined ? {} : { at }),
    ...(details.hint === undefined ? {} : { hint: details.hint }),
    ...(details.related === undefined ? {} : { related: details.related }),
  };
}

/** By line and column; what has no place comes first. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0));
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
