import { DiagnosticError, type Sources } from '../model/diagnostic.js';
import { formatDiagnostics } from '../report/diagnostics.js';
import { validateOf, type Verdict } from '../report/validate.js';
import type { Context } from './context.js';
import { checkFile } from './lab.js';
import type { ValidateArguments } from './options.js';
import { readTopologyFile } from './read-file.js';
import { VERSION } from './version.js';

interface Judged extends Verdict {
  readonly sources: Sources;
}

/** Every error of every file; 0 if there is none. */
export async function run(args: ValidateArguments, context: Context): Promise<number> {
  const files = args.files.length === 0 ? [undefined] : args.files;
  const verdicts = files.map((file) => judge(file, context));
  await printAll(verdicts, args, context);
  return verdicts.every((verdict) => verdict.lab !== null) ? 0 : 1;
}

/** Each form is loaded only where it is asked for. */
async function printAll(verdicts: readonly Judged[], { format, quiet }: ValidateArguments, context: Context): Promise<void> {
  switch (format) {
    case 'json':
      return context.stdout.write(`${JSON.stringify(validateOf(verdicts))}\n`);
    case 'github': {
      const { validateAnnotations } = await import('../report/validate-github.js');
      return context.stdout.write(validateAnnotations(verdicts));
    }
    case 'sarif': {
      const { validateSarif } = await import('../report/validate-sarif.js');
      return context.stdout.write(`${JSON.stringify(validateSarif(verdicts, VERSION), null, 2)}\n`);
    }
    case 'text':
      for (const verdict of verdicts) print(verdict, quiet, context);
  }
}

function judge(argument: string | undefined, context: Context): Judged {
  try {
    const topology = readTopologyFile(argument, context);
    const { lab, diagnostics, sources } = checkFile(topology, context);
    return { file: topology.file, lab: lab === null ? null : lab.wanted.state.lab, diagnostics, sources };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { file: argument ?? '.', lab: null, diagnostics: error.diagnostics, sources: error.sources };
  }
}

function print({ file, lab, diagnostics, sources }: Judged, quiet: boolean, context: Context): void {
  context.stderr.write(formatDiagnostics(diagnostics, sources, { color: context.stderrColor }));
  if (lab !== null && !quiet) context.stdout.write(`${file}: valid (lab ${lab})\n`);
}
