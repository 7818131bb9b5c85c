/** The lab's name alone, for what must work on a file that no longer validates. */
import { isMap, isScalar, type Scalar } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.js';
import { decode } from './decode.js';
import type { TopologyFile } from './load.js';
import { maskedText } from './masked.js';
import { parseYaml } from './parse.js';
import { diagnosticOf, quote, reporter } from './report.js';
import { LAB_NAME } from './schema.js';
import { rangeOf, sourceOf, type Source } from './source.js';
import { interpolate, type VariableProblem, type Variables } from './variables.js';

export interface LabName {
  /** Null if the file does not say it, or says something that cannot be a lab's name. */
  readonly name: string | null;
  /** Why there is no name; nothing else of the file is judged. */
  readonly diagnostics: readonly Diagnostic[];
  /** For excerpts: without sensitive values, where there is anything to tell. */
  readonly text: string;
}

export function labNameOf({ file, bytes }: TopologyFile, variables: Variables): LabName {
  const { text, problem } = decode(file, bytes);
  const plain = problem === undefined ? plainName(text) : undefined;
  if (plain !== undefined) return { name: plain, diagnostics: [], text };
  const source = sourceOf(file, text);
  const scalar = nameScalar(source);
  if (scalar === null) return { name: null, diagnostics: [problem ?? noName(source)], text: maskedText(source) };
  const problems: VariableProblem[] = [];
  const name = interpolate(String(scalar.value), variables, problems);
  const [start = 0, end = 0] = scalar.range ?? [];
  const at = rangeOf(source, { start, end });
  if (problems.length > 0)
    return { name: null, diagnostics: problems.map((each) => diagnosticOf(each.code, each.message, at, each)), text: maskedText(source) };
  if (new RegExp(LAB_NAME, 'u').test(name)) return { name, diagnostics: [], text };
  return {
    name: null,
    diagnostics: [diagnosticOf('bad-name', `${quote(name)} cannot be the name of a lab`, at)],
    text: maskedText(source),
  };
}

/** Words that are other values unless they are quoted. */
const NO_STRINGS = new Set(['true', 'false', 'null']);
const NAME_LINES = /^name:.*$/gm;
const PLAIN_NAME_LINE = new RegExp(`^name:[ \\t]+(${LAB_NAME.slice(1, -1)})[ \\t]*(?:#.*)?\\r?$`, 'u');

/**
 * Without parsing: only a key of the top mapping begins at the first column. A file of thousands of nodes is read in a
 * moment, and nothing has to be right with the rest of it.
 */
export function plainName(text: string): string | undefined {
  const lines = text.match(NAME_LINES) ?? [];
  const name = lines.length === 1 && !/^(---|\.\.\.)/m.test(text) ? PLAIN_NAME_LINE.exec(lines[0])?.[1] : undefined;
  return name === undefined || NO_STRINGS.has(name) ? undefined : name;
}

/** From what the parser makes of the text, however broken it is elsewhere. */
function nameScalar(source: Source): Scalar | null {
  const contents = parseYaml(source, reporter([]))?.contents;
  if (!isMap(contents)) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'name');
  return isScalar(pair?.value) && typeof pair.value.value === 'string' ? pair.value : null;
}

function noName(source: Source): Diagnostic {
  const at = rangeOf(source, { start: 0, end: 1 });
  const hint = '--lab NAME needs no file; topo list shows the names';
  return diagnosticOf('missing-key', 'the file does not say the name of its lab', at, { hint });
}
