/** What `topo validate` found, as JSON. */
import type { Diagnostic } from '../model/diagnostic.js';
import { diagnosticsJson, type DiagnosticJson } from './diagnostics.js';

export interface Verdict {
  /** As the command line names it. */
  readonly file: string;
  /** The lab's name; null where the file is wrong. */
  readonly lab: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** One JSON document: schemas/validate.schema.json. */
export interface ValidateDocument {
  readonly format: 'topo-validate/1';
  readonly files: readonly {
    readonly file: string;
    readonly valid: boolean;
    readonly lab: string | null;
    readonly diagnostics: readonly DiagnosticJson[];
  }[];
}

export function validateOf(verdicts: readonly Verdict[]): ValidateDocument {
  const files = verdicts.map(({ file, lab, diagnostics }) => ({
    file,
    valid: lab !== null,
    lab,
    diagnostics: diagnosticsJson(diagnostics),
  }));
  return { format: 'topo-validate/1', files };
}
