/** What ended a command that was asked for JSON. */
import type { Diagnostic } from '../model/diagnostic.js';
import { diagnosticsJson } from './diagnostics.js';

/** One line, and one JSON document: schemas/errors.schema.json. Among events it is the last one. */
export function errorsJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify({ type: 'error', format: 'topo-errors/1', diagnostics: diagnosticsJson(diagnostics) })}\n`;
}
