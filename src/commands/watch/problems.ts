import { unreadable } from '../../apply/broken.js';
import { DiagnosticError, type Diagnostic } from '../../model/diagnostic.js';

/** A lock that is taken is nothing wrong. */
export function notFree(error: unknown): null {
  if (error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'locked')) return null;
  throw error;
}

export function problemsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return [unreadable(error, 'it is tried again')];
}
