import { createInterface } from 'node:readline/promises';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Context } from './context.js';

/** Asks a person; only `yes` (or `y`) is a yes. Without a terminal that is an error that names the option. */
export async function askToGoOn(question: string, context: Context): Promise<boolean> {
  if (!context.interactive) {
    const message = 'this would change the machine, and there is no terminal to ask on';
    throw new DiagnosticError([{ code: 'not-confirmed', severity: 'error', message, hint: '--yes goes ahead without asking' }]);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} Only "yes" goes ahead: `);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
