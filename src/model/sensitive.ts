/** What no report shows unless it is asked for: values of environment variables, passwords. `x-sensitive` marks them in the schema. */
import type { Operation } from './operation.js';
import type { Texts } from './process.js';
import type { NodeFiles } from './node-files.js';
import type { PropValue } from './state.js';

export const SENSITIVE = '(sensitive value)';
/** On the side of what is to be. */
const CHANGED = '(sensitive value, changed)';

const PASSWORD_LINE = /^(\s*password )"[^"]*";$/;

/** Values by name; `before` is the other side of a change. */
export function hiddenTexts(value: PropValue, before?: PropValue): PropValue {
  if (!isMapping(value)) return value;
  const others = isMapping(before) ? before : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [name, Object.hasOwn(others, name) && others[name] !== text ? CHANGED : SENSITIVE]),
  );
}

/** `{lines}` of a file: what its passwords are. */
export function hiddenLines(value: PropValue, before?: PropValue): PropValue {
  const [lines, others] = [linesOf(value), linesOf(before)];
  return lines === null
    ? value
    : { lines: lines.map((line) => hiddenLine(line, others !== null && !others.includes(line) ? CHANGED : SENSITIVE)) };
}

/** The operation as it may be shown. */
export function hiddenOperation(operation: Operation): Operation {
  if (operation.op === 'container-run') return { ...operation, environment: hiddenTexts(operation.environment) as Texts };
  if (operation.op === 'node-files-write') return { ...operation, files: hiddenFiles(operation.files) };
  if (!isOfProcess(operation)) return operation;
  return { ...operation, definition: { ...operation.definition, env: hiddenTexts(operation.definition.env) as Texts } };
}

type OfProcess = Extract<Operation, { op: 'process-start' | 'process-signal' | 'exec-run' }>;

const isOfProcess = (operation: Operation): operation is OfProcess =>
  operation.op === 'process-start' || operation.op === 'process-signal' || operation.op === 'exec-run';

/** Shorter values stand in every text by chance. */
const LEAST = 4;

/** What is told of an operation that failed, without the values that it was given: commands repeat them. */
export function withoutValues(text: string, operation: Operation): string {
  return valuesOf(operation)
    .filter((value) => value.length >= LEAST)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, SENSITIVE), text);
}

function valuesOf(operation: Operation): string[] {
  if (operation.op === 'container-run') return Object.values(operation.environment);
  return isOfProcess(operation) ? Object.values(operation.definition.env) : [];
}

function hiddenFiles(files: NodeFiles): NodeFiles {
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.map((line) => hiddenLine(line, SENSITIVE))]));
}

const hiddenLine = (line: string, by: string): string => line.replace(PASSWORD_LINE, `$1"${by}";`);

function linesOf(value: PropValue | undefined): readonly string[] | null {
  if (!isMapping(value)) return null;
  const { lines } = value;
  return Array.isArray(lines) ? (lines as readonly string[]) : null;
}

function isMapping(value: PropValue | undefined): value is { readonly [key: string]: PropValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
