/** What `topo validate` found, as annotations of GitHub Actions: a workflow command a line. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { Verdict } from './validate.js';

export function validateAnnotations(verdicts: readonly Verdict[]): string {
  return verdicts.flatMap(({ file, diagnostics }) => diagnostics.map((one) => `${annotation(one, file)}\n`)).join('');
}

function annotation({ severity, code, message, hint, at }: Diagnostic, file: string): string {
  const place =
    at === undefined
      ? [['file', file]]
      : [
          ['file', at.file],
          ['line', at.line],
          ['col', at.column],
          ['endColumn', at.column + at.length],
        ];
  const properties = [...place, ['title', code]].map(([name, value]) => `${name!}=${property(String(value))}`);
  return `::${severity} ${properties.join(',')}::${data(hint === undefined ? message : `${message}\n${hint}`)}`;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
