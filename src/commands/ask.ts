import { createInterface } from 'node:readline/promises';
import { DiagnosticError } from '../model/diagnostic.js';
import type { Context, Interrupts } from './context.js';
import { leaveInNodesWay } from './leave.js';

/** Asks a person; only the word `yes` is a yes, and a signal is a no. Without a terminal that is an error that names the option. */
export async function askToGoOn(question: string, interrupts: Interrupts, context: Context): Promise<boolean> {
  if (!context.interactive) {
    const message = 'this would change the machine, and there is no terminal to ask on';
    throw new DiagnosticError([{ code: 'not-confirmed', severity: 'error', message, hint: '--yes goes ahead without asking' }]);
  }
  return (await answerTo(`${question} Only "yes" goes ahead: `, interrupts.came))?.trim() === 'yes';
}

/** Null where no answer came: a signal, or the end of the input. */
async function answerTo(question: string, interrupted: AbortSignal): Promise<string | null> {
  leaveInNodesWay();
  // Not as a "terminal": the kernel's own line editing then stays on, where Ctrl-C is a SIGINT and no key to be read.
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const noAnswer = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)));
    const answer = await Promise.race([terminal.question(question, { signal: interrupted }), noAnswer]);
    // After Ctrl-D nobody has ended the line.
    if (answer === null) process.stderr.write('\n');
    return answer;
  } catch {
    return null;
  } finally {
    terminal.close();
  }
}
