import { describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { diagnosticsJson, formatDiagnostics } from '../../src/report/diagnostics.js';

const at = (line: number, column: number, length: number) => ({ file: 'f.yaml', line, column, length });
const problem = (range: Diagnostic['at']): Diagnostic => ({ code: 'c', severity: 'error', message: 'm', ...(range && { at: range }) });
const print = (text: string, ...diagnostics: readonly Diagnostic[]): readonly string[] =>
  formatDiagnostics(diagnostics, new Map([['f.yaml', text]]), { color: false }).split('\n');

describe('an excerpt', () => {
  it.each([
    ['plain', 'name: shop', at(1, 7, 4), '  1 | name: shop', '    |       ^^^^'],
    ['after a tab', '\tname: shop', at(1, 8, 4), '  1 |     name: shop', '    |           ^^^^'],
    ['after wide characters', '日本: shop', at(1, 5, 4), '  1 | 日本: shop', '    |       ^^^^'],
    ['under wide characters', 'a: 日本', at(1, 4, 2), '  1 | a: 日本', '    |    ^^^^'],
    ['after an emoji', '"😀": x', at(1, 7, 1), '  1 | "😀": x', '    |       ^'],
    ['after a combining mark', 'e\u0301: x', at(1, 5, 1), '  1 | e\u0301: x', '    |    ^'],
    ['with an escape sequence', 'a: \u001b[31m', at(1, 4, 5), '  1 | a: \\u001b[31m', '    |    ^^^^^^^^^^'],
    ['at the end of a line', 'a:\r\nb', at(1, 3, 1), '  1 | a:', '    |   ^'],
    ['beyond the end', 'a', at(1, 9, 3), '  1 | a', '    |  ^'],
  ])('%s', (_, text, range, line, carets) => expect(print(text, problem(range)).slice(1, 3)).toEqual([line, carets]));

  it('of a long line is cut on both sides', () => {
    const [, line = '', carets = ''] = print(`${'a'.repeat(500)}HERE${'b'.repeat(500)}`, problem(at(1, 501, 4)));
    expect(line.length).toBeLessThan(140);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('is left out where the text is not known', () => {
    expect(formatDiagnostics([problem(at(1, 1, 1))], new Map(), { color: false })).toBe('f.yaml:1:1: error: m [c]\n');
    expect(print('a', problem(undefined))).toEqual(['error: m [c]', '']);
  });
});

const full: Diagnostic = { ...problem(at(2, 1, 1)), hint: 'do this', related: [{ message: 'first here', at: at(1, 1, 1) }] };

it('shows the hint and the other place', () => {
  expect(print('a\nb', full)).toEqual([
    'f.yaml:2:1: error: m [c]',
    '  2 | b',
    '    | ^',
    '    first here: f.yaml:1:1',
    '    hint: do this',
    '',
  ]);
});

it('separates blocks by an empty line', () => {
  expect(print('a', problem(undefined), problem(undefined))).toEqual(['error: m [c]', '', 'error: m [c]', '']);
});

it('colours only what it is asked to', () => {
  expect(formatDiagnostics([full], new Map(), { color: true })).toContain('\u001b[31merror\u001b[0m');
});

it('is flat in JSON', () => {
  expect(diagnosticsJson([full])).toEqual([
    {
      code: 'c',
      severity: 'error',
      message: 'm',
      file: 'f.yaml',
      line: 2,
      column: 1,
      length: 1,
      hint: 'do this',
      related: [{ message: 'first here', file: 'f.yaml', line: 1, column: 1, length: 1 }],
    },
  ]);
});

it('prints a hundred, and says how many more there are', () => {
  const many = Array.from({ length: 105 }, (_, i) => ({ ...problem(undefined), message: `m${i}` }));
  const lines = print('', ...many).filter((line) => line !== '');
  expect(lines).toHaveLength(101);
  expect(lines.slice(-2)).toEqual(['error: m99 [c]', 'and 5 more; topo validate --json has all of them']);
  expect(print('', ...many.slice(0, 100)).join()).not.toContain('more');
  expect(diagnosticsJson(many)).toHaveLength(105);
});
