import { DiagnosticError } from '../model/diagnostic.js';
import { LAB_NAME } from '../topology/schema.js';
import type { Context } from './context.js';
import { labNameFrom } from './lab.js';

const WITHOUT_FILE: ReadonlySet<string> = new Set(['no-topology', 'file-missing']);

/** Of a command that has `--lab` too: where there is no file, the lab's name is enough. */
export function labNameFor(command: 'destroy' | 'confirm', file: string | undefined, context: Context): string {
  try {
    return labNameFrom(file, context);
  } catch (error) {
    if (!(error instanceof DiagnosticError) || !error.diagnostics.every(({ code }) => WITHOUT_FILE.has(code))) throw error;
    const isMissing = error.diagnostics.every(({ code }) => code === 'file-missing');
    const name = isMissing && file !== undefined && new RegExp(LAB_NAME, 'u').test(file) ? file : 'NAME';
    const hint = `${command} --lab ${name} needs no file; topo list shows the names`;
    throw new DiagnosticError(error.diagnostics.map((one) => ({ ...one, hint: one.hint?.startsWith('did you mean') ? one.hint : hint })));
  }
}
