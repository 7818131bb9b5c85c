import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { diagnosticsJson, formatDiagnostics } from '../report/diagnostics.js';
import type { Context } from './context.js';
import { checkFile } from './lab.js';
import type { ValidateArguments } from './options.js';
import { readTopologyFile } from './read-file.js';

interface Verdict {
  readonly name: string;
  readonly lab: string | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** Every error of every file; 0 if there is none. */
export function run(args: ValidateArguments, context: Context): Promise<number> {
  const files = args.files.length === 0 ? [undefined] : args.files;
  const verdicts = files.map((file) => judge(file, context));
  if (args.json) context.stdout.write(jsonOf(verdicts));
  else for (const verdict of verdicts) print(verdict, args.quiet, context);
  return Promise.resolve(verdicts.every((verdict) => verdict.lab !== null) ? 0 : 1);
}

function judge(argument: string | undefined, context: Context): Verdict {
  try {
    const file = readTopologyFile(argument, context);
    const { lab, diagnostics, sources } = checkFile(file, context);
    return { name: file.file, lab: lab === null ? null : lab.wanted.state.lab, diagnostics, sources };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { name: argument ?? '.', lab: null, diagnostics: error.diagnostics, sources: error.sources };
  }
}

function jsonOf(verdicts: readonly Verdict[]): string {
  const files = verdicts.map(({ name, lab, diagnostics }) => ({
    file: name,
    valid: lab !== null,
    lab,
    diagnostics: diagnosticsJson(diagnostics),
  }));
  return `${JSON.stringify({ format: 'topo-validate/1', files })}\n`;
}

function print({ name, lab, diagnostics, sources }: Verdict, quiet: boolean, context: Context): void {
  context.stderr.write(formatDiagnostics(diagnostics, sources, { color: context.color }));
  if (lab !== null && !quiet) context.stdout.write(`${name}: valid (lab ${lab})\n`);
}
