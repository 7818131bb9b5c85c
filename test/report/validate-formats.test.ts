import { describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { validateAnnotations } from '../../src/report/validate-github.js';
import { validateSarif } from '../../src/report/validate-sarif.js';

const at = (file: string, line: number, column: number, length: number) => ({ file, line, column, length });
const found = (...diagnostics: readonly Diagnostic[]) => [{ file: 'labs/a b.yaml', lab: null, diagnostics }];
const error = (more: Partial<Diagnostic>): Diagnostic => ({ code: 'c', severity: 'error', message: 'm', ...more });

describe('annotations of GitHub', () => {
  it.each([
    ['with a place', error({ at: at('labs/a b.yaml', 3, 5, 4) }), '::error file=labs/a b.yaml,line=3,col=5,endColumn=9,title=c::m'],
    ['of a file', error({}), '::error file=labs/a b.yaml,title=c::m'],
    ['with a hint', error({ hint: 'h' }), '::error file=labs/a b.yaml,title=c::m%0Ah'],
    ['that are warnings', error({ severity: 'warning' }), '::warning file=labs/a b.yaml,title=c::m'],
    ['with what a command would be', error({ message: '100%\n::error::x' }), '::error file=labs/a b.yaml,title=c::100%25%0A::error::x'],
    ['of a strange file', error({ at: at('a,b:c\n', 1, 1, 1) }), '::error file=a%2Cb%3Ac%0A,line=1,col=1,endColumn=2,title=c::m'],
  ])('%s', (_, diagnostic, line) => expect(validateAnnotations(found(diagnostic))).toBe(`${line}\n`));

  it('are none for valid files', () => expect(validateAnnotations(found())).toBe(''));
});

describe('SARIF', () => {
  it('has a result for each diagnostic, with its place and what belongs to it', () => {
    const related = [{ message: 'first', at: at('labs/a b.yaml', 1, 2, 1) }, { message: 'nowhere' }];
    expect(
      validateSarif(found(error({ at: at('labs/a b.yaml', 3, 5, 4), hint: 'h', related }), error({ code: 'b' })), '1.2.3'),
    ).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'topo', version: '1.2.3', rules: [{ id: 'b' }, { id: 'c' }] } },
          results: [
            {
              ruleId: 'c',
              level: 'error',
              message: { text: 'm (h)' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'labs/a%20b.yaml' },
                    region: { startLine: 3, startColumn: 5, endColumn: 9 },
                  },
                },
              ],
              relatedLocations: [{ message: { text: 'first' }, physicalLocation: { region: { startLine: 1, startColumn: 2 } } }],
            },
            { ruleId: 'b', locations: [{ physicalLocation: { artifactLocation: { uri: 'labs/a%20b.yaml' } } }] },
          ],
        },
      ],
    });
  });
});
