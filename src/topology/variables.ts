/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$` in a text. */
import type { Code } from './codes.js';
import { didYouMean } from './suggest.js';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface VariableProblem {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  /** The stretch of the text that is wrong. */
  readonly found: string;
}

const OPENING = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(\}|:[-?])/;
/** Of defaults within defaults. */
const MAX_DEPTH = 8;
const LONE_NAME = /^\$[A-Za-z_][A-Za-z0-9_]*/;

/** The text with variables replaced; what is wrong is added to `problems` and stays as it is written. */
export function interpolate(text: string, variables: Variables, problems: VariableProblem[], depth = 0): string {
  let result = '';
  let position = 0;
  for (let dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', position)) {
    result += text.slice(position, dollar);
    const rest = text.slice(dollar);
    const [replacement, length] = rest.startsWith('$$') ? ['$', 2] : expression(rest, variables, problems, depth);
    result += replacement;
    position = dollar + length;
  }
  return result + text.slice(position);
}

type Replacement = readonly [text: string, length: number];

function expression(rest: string, variables: Variables, problems: VariableProblem[], depth: number): Replacement {
  const opening = OPENING.exec(rest);
  const end = opening === null || depth === MAX_DEPTH ? -1 : closingBrace(rest);
  if (opening === null || end < 0) return syntaxProblem(rest, problems);
  const [head, name = '', operator] = opening;
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const argument = rest.slice(head.length, end);
  const found = rest.slice(0, end + 1);
  if (operator === '}') {
    if (value === undefined) problems.push(unset(name, found, variables));
    return [value ?? found, found.length];
  }
  if (value !== undefined && value !== '') return [value, found.length];
  if (operator === ':-') return [interpolate(argument, variables, problems, depth + 1), found.length];
  const message = argument === '' ? 'it is required' : argument;
  problems.push({ code: 'variable-required', message: `variable ${name} is not set: ${message}`, hint: `set it: ${name}=… topo …`, found });
  return [found, found.length];
}

/** A default may hold variables itself, so braces are counted. */
function closingBrace(rest: string): number {
  let depth = 0;
  for (let i = 0; i < rest.length; i += 1) {
    if (rest.startsWith('${', i)) depth += 1;
    if (rest[i] === '}') depth -= 1;
    if (depth === 0 && i > 0) return i;
  }
  return -1;
}

function unset(name: string, found: string, variables: Variables): VariableProblem {
  const similar = didYouMean(name, Object.keys(variables));
  const hint = `set it in the environment, or give a default: \${${name}:-value}${similar === undefined ? '' : `; ${similar}`}`;
  return { code: 'variable-unset', message: `variable ${name} is not set`, hint, found };
}

function syntaxProblem(rest: string, problems: VariableProblem[]): Replacement {
  const name = LONE_NAME.exec(rest)?.[0];
  const found = name ?? /^\$(?:\{[^}]*\}?)?/.exec(rest)?.[0] ?? '$';
  problems.push({
    code: 'variable-syntax',
    // What stands there is not repeated: it may be a part of a password.
    message: 'this dollar sign does not begin a variable',
    hint: 'write ${NAME}, ${NAME:-default} or ${NAME:?message} for a variable, $$ for a dollar sign',
    found,
  });
  return [found, found.length];
}
