import { describe, expect, it } from '@jest/globals';
import { typedScalar } from '../../src/topology/scalars.js';
import { interpolate, type VariableProblem } from '../../src/topology/variables.js';

const variables = { A: 'a', EMPTY: '', DOLLAR: '$A', ABSENT: undefined };

describe('a text with variables', () => {
  it.each([
    ['no dollar', 'no dollar'],
    ['${A}', 'a'],
    ['x${A}y${A}z', 'xayaz'],
    ['${EMPTY}', ''],
    ['${EMPTY:-default}', 'default'],
    ['${B:-default}', 'default'],
    ['${ABSENT:-default}', 'default'],
    ['${A:-default}', 'a'],
    ['${B:-}', ''],
    ['${B:-x${C:-${A}}y}', 'xay'],
    ['${A:?message}', 'a'],
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['$$$$', '$$'],
    ['${DOLLAR}', '$A'],
  ])('%s becomes %s', (text, expected) => {
    const problems: VariableProblem[] = [];
    expect(interpolate(text, variables, problems)).toBe(expected);
    expect(problems).toEqual([]);
  });

  it.each([
    ['${B}', 'variable-unset', '${B}'],
    ['${toString}', 'variable-unset', '${toString}'],
    ['${B:?message}', 'variable-required', '${B:?message}'],
    ['${EMPTY:?}', 'variable-required', '${EMPTY:?}'],
    ['$A', 'variable-syntax', '$A'],
    ['5$', 'variable-syntax', '$'],
    ['${A', 'variable-syntax', '${A'],
    ['${A:+x}', 'variable-syntax', '${A:+x}'],
    ['${A-x}', 'variable-syntax', '${A-x}'],
    ['${}', 'variable-syntax', '${}'],
    ['${B:-'.repeat(20) + '}'.repeat(20), 'variable-syntax', expect.any(String)],
  ])('%s is refused: %s', (text, code, found) => {
    const problems: VariableProblem[] = [];
    interpolate(text, variables, problems);
    expect(problems[0]).toMatchObject({ code, found });
  });
});

it.each<[string, string | number | boolean | null]>([
  ['', null],
  ['~', null],
  ['true', true],
  ['FALSE', false],
  ['yes', 'yes'],
  ['12', 12],
  ['-12', -12],
  ['0x10', 16],
  ['0o17', 15],
  ['1.5e3', 1500],
  ['.5', 0.5],
  ['.inf', Infinity],
  ['-.Inf', -Infinity],
  ['.nan', NaN],
  ['1.2.3.4', '1.2.3.4'],
  ['12:30', '12:30'],
  ['0x', '0x'],
])('the plain scalar %s is %p', (text, value) => expect(typedScalar(text)).toBe(value));
