import { CommanderError } from 'commander';
import type { Context } from './context.js';
import { watchInterrupts } from './interrupts.js';
import { isTerminal, openOutput, type Output } from './output.js';
import { parseCommandLine, type Chosen } from './program.js';

/** Runs the program on its arguments; gives the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const stdout = openOutput(1);
  const stderr = openOutput(2);
  const chosen = await parse(argv, stdout, stderr);
  const status = typeof chosen === 'number' ? chosen : await run(chosen, contextOf(chosen, stdout, stderr));
  if (stdout.failure === null) return status;
  stderr.write(`error: standard output cannot be written: ${stdout.failure}\n`);
  return status === 0 ? 1 : status;
}

/** Tells what is wrong with the arguments, or with the file that they name, and gives the exit status for it; null: nothing. */
export async function refuse(argv: readonly string[]): Promise<number | null> {
  const stdout = openOutput(1);
  const stderr = openOutput(2);
  const chosen = await parse(argv, stdout, stderr);
  if (typeof chosen === 'number') return chosen;
  const context = contextOf(chosen, stdout, stderr);
  try {
    const { checkBefore } = await import('./check-before.js');
    checkBefore(chosen, context);
    return null;
  } catch (error) {
    await report(error, chosen, context);
    return 1;
  }
}

async function run(chosen: Chosen, context: Context): Promise<number> {
  try {
    return await chosen.run(context);
  } catch (error) {
    await report(error, chosen, context);
    return 1;
  }
}

async function parse(argv: readonly string[], stdout: Output, stderr: Output): Promise<Chosen | number> {
  try {
    return parseCommandLine(argv, { writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code.startsWith('commander.unknown')) {
      const { hintFor } = await import('./foreign-usage.js');
      stderr.write(hintFor(error.message));
    }
    return error.exitCode;
  }
}

function contextOf(chosen: Chosen, stdout: Output, stderr: Output): Context {
  // NO_COLOR counts when it is not empty (no-color.org).
  const color = chosen.color && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return {
    stdout,
    stderr,
    env: process.env,
    cwd: process.cwd(),
    color: color && stdout.isTTY,
    stderrColor: color && stderr.isTTY,
    interactive: stderr.isTTY && isTerminal(0),
    watchInterrupts,
  };
}

async function report(error: unknown, { options, wantsJson, isStream }: Chosen, context: Context): Promise<void> {
  const { errorDiagnostics, errorText } = await import('./error-text.js');
  context.stderr.write(errorText(error, options.debug, context.stderrColor));
  // Whoever reads one document has it already.
  if (!wantsJson || (context.stdout.used && !isStream)) return;
  const { errorsJson } = await import('../report/errors-json.js');
  context.stdout.write(errorsJson(errorDiagnostics(error)));
}
