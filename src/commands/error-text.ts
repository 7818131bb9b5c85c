import { DiagnosticError } from '../model/diagnostic.js';

/** What a person is told when a command fails. */
export function errorText(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return `${error.stack ?? error.message}\n`;
  if (error instanceof DiagnosticError)
    return error.diagnostics.map((d) => `error: ${d.message}\n${d.hint === undefined ? '' : `  ${d.hint}\n`}`).join('');
  const message = error instanceof Error ? error.message : String(error);
  return `error: ${message}\n  This should not have happened; --debug shows where it did.\n`;
}
