/**
 * `include`: what other files say besides. Their texts are one behind the other, so that an offset means a place in one of them;
 * each is parsed by itself, with anchors of its own.
 */
import { posix } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Code } from './codes.js';
import { compose, type Composed } from './compose.js';
import { decode, MAX_FILE_BYTES } from './decode.js';
import { parseYaml } from './parse.js';
import { quote, type Report } from './report.js';
import { continued, rangeOf, sourceOf, type Source } from './source.js';
import { membersWritten, type Entry, type List, type Mapping, type Span, type Tree } from './tree.js';
import type { Variables } from './variables.js';

export interface IncludedFile {
  /** As messages shall name it. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A file by its path below the folder of the first one; why it cannot be read. */
export type ReadIncluded = (path: string) => IncludedFile | { readonly problem: string; readonly hint?: string };

export interface Included {
  readonly root: Mapping;
  readonly unknown: readonly Span[];
  /** Of all files. */
  readonly source: Source;
}

interface Includer {
  readonly read: ReadIncluded;
  readonly variables: Variables;
  readonly report: Report;
  readonly diagnostics: readonly Diagnostic[];
  source: Source;
  bytes: number;
  readonly files: Source[];
  readonly unknown: Span[];
  /** Path → where it was asked for. */
  readonly seen: Map<string, Span>;
}

const MAX_FILES = 256;

/** The file with all that it includes; null where something of that could not be read at all. */
export function withIncluded(
  composed: Composed & { readonly root: Mapping },
  source: Source,
  read: ReadIncluded,
  around: {
    readonly variables: Variables;
    readonly report: Report;
    readonly diagnostics: readonly Diagnostic[];
    /** Is filled with what is included. */
    readonly files: Source[];
  },
): Included | null {
  const includer: Includer = { ...around, read, source, bytes: source.text.length, unknown: [...composed.unknown], seen: new Map() };
  const root = include(includer, composed.root, firstPath(source.file), [firstPath(source.file)]);
  return root === null ? null : { root, unknown: includer.unknown, source: includer.source };
}

/** Without the revision that it may be of. */
const firstPath = (file: string): string => posix.basename(file.slice(file.lastIndexOf(':') + 1));

/** `path` is that of the file; `stack` has those that are being read. */
function include(includer: Includer, root: Mapping, path: string, stack: readonly string[]): Mapping | null {
  let whole: Mapping | null = root;
  for (const item of pathsOf(root)) {
    const other = readOther(includer, item, path, stack);
    whole = whole === null || other === null ? null : merged(includer, whole, other);
  }
  return whole;
}

interface Path extends Span {
  readonly text: string;
}

/** What is no text is the schema's to refuse. */
function pathsOf(root: Mapping): readonly Path[] {
  const value = root.entries.get('include')?.value;
  const items = value === undefined ? [] : value.kind === 'list' ? value.items : [value];
  return items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? { ...item, text: item.value } : []));
}

function readOther(includer: Includer, item: Path, from: string, stack: readonly string[]): Mapping | null {
  const { report, read, seen } = includer;
  const at = rangeOf(includer.source, item);
  const path = posix.join(posix.dirname(from), item.text);
  if (posix.isAbsolute(item.text) || path === '..' || path.startsWith('../')) {
    const hint = 'a lab is the files of one folder, and of those below it: move the file there';
    report('include-outside', at, `${quote(item.text)} is outside the folder of the file that is asked for`, { hint });
    return null;
  }
  const before = seen.get(path);
  if (stack.includes(path) || before !== undefined) {
    const isCycle = stack.includes(path);
    const related = before === undefined ? undefined : [{ message: 'it is included here', at: rangeOf(includer.source, before) }];
    const message = isCycle
      ? `${quote(item.text)} includes itself${path === from ? '' : ', by way of this file'}`
      : `${quote(item.text)} is included twice`;
    report(isCycle ? 'include-cycle' : 'include-twice', at, message, { hint: 'remove one of the two', related });
    return null;
  }
  seen.set(path, item);
  const found = read(path);
  if ('problem' in found) {
    report('include-unreadable', at, `${quote(item.text)} cannot be included: ${found.problem}`, { hint: found.hint });
    return null;
  }
  includer.bytes += found.bytes.length;
  if (seen.size > MAX_FILES || includer.bytes > MAX_FILE_BYTES) {
    report('include-too-much', at, `a lab is at most ${MAX_FILES} files and ${MAX_FILE_BYTES} bytes in all`, {
      hint: 'is it the right file?',
    });
    return null;
  }
  const root = composeOther(includer, found);
  return root === null ? null : include(includer, root, path, [...stack, path]);
}

function composeOther(includer: Includer, { file, bytes }: IncludedFile): Mapping | null {
  const { report, variables } = includer;
  const { text, problem } = decode(file, bytes);
  const own = sourceOf(file, text);
  includer.files.push(own);
  if (problem !== undefined) {
    report(problem.code as Code, problem.at ?? rangeOf(own, { start: 0, end: 1 }), problem.message, { hint: problem.hint });
    return null;
  }
  const errors = includer.diagnostics.length;
  const document = parseYaml(own, report);
  if (document === null || includer.diagnostics.length > errors) return null;
  const { source, base } = continued(includer.source, own);
  includer.source = source;
  const composed = compose(document, source, variables, report, base);
  if (composed === null) return null;
  includer.unknown.push(...composed.unknown);
  const { root } = composed;
  if (root.kind === 'mapping') return root;
  if (root.kind === 'scalar' && root.value === null) return { kind: 'mapping', entries: new Map(), start: base, end: base };
  report('wrong-type', rangeOf(source, root), `the file must be a mapping, not ${root.kind === 'list' ? 'a list' : 'a single value'}`);
  return null;
}

/** What every file of a lab may have; all else is said once, in the first one. */
const SHARED = new Set(['networks', 'nodes', 'hosts', 'groups', 'links', 'moved']);

function merged(includer: Includer, whole: Mapping, other: Mapping): Mapping {
  const entries = new Map(whole.entries);
  for (const [key, entry] of other.entries) {
    if (key === 'include' || key.startsWith('x-')) continue;
    const before = entries.get(key);
    if (ONCE.has(key)) refuse(includer, key, entry);
    else if (before === undefined || isEmpty(before.value)) entries.set(key, entry);
    else if (SHARED.has(key) && !isEmpty(entry.value))
      entries.set(key, { key: before.key, value: together(includer, key, before.value, entry) });
  }
  return { ...whole, entries };
}

const ONCE = new Set(['name', 'defaults', 'protect']);
const isEmpty = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;

function refuse({ report, source }: Includer, key: string, entry: Entry): void {
  report('include-key', rangeOf(source, entry.key), `${quote(key)} is for the file that includes this one`, { hint: 'move it there' });
}

/** The schema is asked about what the first file has. */
function together(includer: Includer, section: string, first: Tree, { key, value: second }: Entry): Tree {
  if (first.kind === 'list' && second.kind !== 'list') {
    includer.report('wrong-type', rangeOf(includer.source, key), `${quote(section)} must be a list`);
    return first;
  }
  if (first.kind === 'list' && second.kind === 'list') {
    const written = [...membersWritten(first), ...membersWritten(second)];
    return { ...first, items: [...first.items, ...second.items], written } satisfies List;
  }
  if (first.kind !== 'mapping') return first;
  if (second.kind !== 'mapping') {
    const is = second.kind === 'list' ? 'a list' : 'a single value';
    includer.report('wrong-type', rangeOf(includer.source, key), `${quote(section)} must be a mapping, not ${is}`);
    return first;
  }
  const entries = new Map(first.entries);
  for (const [name, entry] of second.entries) {
    const before = entries.get(name);
    if (before === undefined) entries.set(name, entry);
    else {
      const related = [{ message: 'it is here first', at: rangeOf(includer.source, before.key) }];
      includer.report('duplicate-key', rangeOf(includer.source, entry.key), `${section}.${name} is defined twice`, {
        related,
        hint: 'give one of the two another name',
      });
    }
  }
  return { ...first, entries };
}
