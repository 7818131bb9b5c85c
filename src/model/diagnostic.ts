/** A stretch of a file that asked for something; lines and columns count from 1, columns in UTF-16 units. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length of the stretch on its first line, for the caret line; at least 1. */
  readonly length: number;
}

/** What is wrong with an input or a machine: a value, never thrown where several can be collected. */
export interface Diagnostic {
  /** Stable, kebab-case: what scripts and documents refer to. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** What was expected and what was found, one sentence without a final full stop. */
  readonly message: string;
  readonly at?: SourceRange;
  /** What to do about it. */
  readonly hint?: string;
  /** Other places that belong to it, such as the first of two definitions. */
  readonly related?: readonly { readonly message: string; readonly at?: SourceRange }[];
}

/** Texts of files for excerpts, by the names that diagnostics use; made when they are asked for. */
export interface Sources {
  get(file: string): string | undefined;
}

/** Carries diagnostics to the edge of the program when there is nothing left to collect. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  constructor(
    readonly diagnostics: readonly Diagnostic[],
    /** Texts of the files that the diagnostics point into, by their names. */
    readonly sources: Sources = new Map<string, string>(),
  ) {
    super(diagnostics.map((d) => d.message).join('\n'));
  }
}
