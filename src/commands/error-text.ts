import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { formatDiagnostics } from '../report/diagnostics.js';

/** What a person is told when a command fails. */
export function errorText(error: unknown, debug: boolean, color: boolean): string {
  if (debug && error instanceof Error) return `${error.stack ?? error.message}\n`;
  if (error instanceof DiagnosticError) return formatDiagnostics(error.diagnostics, error.sources, { color });
  if ((error as NodeJS.ErrnoException | null)?.syscall === 'uv_cwd') return NO_DIRECTORY;
  const message = error instanceof Error ? error.message : String(error);
  return `error: ${message}\n  This should not have happened; --debug shows where it did.\n`;
}

/** The same for a program. */
export function errorDiagnostics(error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: 'unexpected', severity: 'error', message }];
}

const NO_DIRECTORY = 'error: the working directory is not there any more\n  hint: cd to one that is\n';
