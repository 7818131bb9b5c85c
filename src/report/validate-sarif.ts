/** What `topo validate` found, as SARIF 2.1.0, which code hosts show at the lines. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Verdict } from './validate.js';

export function validateSarif(verdicts: readonly Verdict[], version: string): object {
  const found = verdicts.flatMap(({ file, diagnostics }) => diagnostics.map((diagnostic) => ({ file, diagnostic })));
  const codes = [...new Set(found.map(({ diagnostic }) => diagnostic.code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'topo', version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: found.map(({ file, diagnostic }) => resultOf(diagnostic, file)),
      },
    ],
  };
}

function resultOf({ code, severity, message, hint, at, related = [] }: Diagnostic, file: string): object {
  const relatedLocations = related.flatMap(({ message: text, at: place }) =>
    place === undefined ? [] : [{ ...location(place), message: { text } }],
  );
  return {
    ruleId: code,
    level: severity,
    message: { text: hint === undefined ? message : `${message} (${hint})` },
    locations: [at === undefined ? { physicalLocation: { artifactLocation: { uri: uriOf(file) } } } : location(at)],
    ...(relatedLocations.length === 0 ? {} : { relatedLocations }),
  };
}

function location({ file, line, column, length }: SourceRange): object {
  const region = { startLine: line, startColumn: column, endColumn: column + length };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } };
}

const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/');
