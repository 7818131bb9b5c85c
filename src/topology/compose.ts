/** YAML document → tree: aliases and merge keys resolved, variables replaced, duplicate keys refused. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { MAX_VALUES, MEAN_LESS, MEANS_TOO_MUCH } from './limits.js';
import type { Report } from './report.js';
import { quote } from './report.js';
import { typedScalar } from './scalars.js';
import { rangeOf, type Source } from './source.js';
import { didYouMean } from './suggest.js';
import type { Entry, List, Mapping, Scalar, Span, Tree } from './tree.js';
import { interpolate, type VariableProblem, type Variables } from './variables.js';

const MAX_DEPTH = 64;

interface Composer {
  readonly source: Source;
  /** Where the document begins in the source. */
  readonly base: number;
  readonly variables: Variables;
  readonly report: Report;
  /** Anchors that stand before the point that is composed; null while their own node is. */
  readonly anchors: Map<string, Tree | null>;
  /** Of lists and mappings, with aliases followed: shared nodes count each time. */
  readonly measures: Map<Tree, Measure>;
  /** Lists and mappings around the point that is composed. */
  readonly unknown: Span[];
  depth: number;
  mergedKeys: number;
  /** The file is a bomb or too deep: what comes out is no tree to work with. */
  fatal: boolean;
}

interface Measure {
  readonly size: number;
  readonly height: number;
}

const LEAF: Measure = { size: 1, height: 0 };

const NOTHING: Span = { start: 0, end: 0 };

export interface Composed {
  readonly root: Tree;
  /** Scalars whose variables could not be replaced: what they mean is unknown. */
  readonly unknown: readonly Span[];
}

/** The whole file; null where it is nested too deep or blown up by aliases, which has been reported. */
export function compose(document: Document.Parsed, source: Source, variables: Variables, report: Report, base = 0): Composed | null {
  const composer: Composer = {
    source,
    base,
    variables,
    report,
    anchors: new Map(),
    measures: new Map(),
    depth: 0,
    mergedKeys: 0,
    unknown: [],
    fatal: false,
  };
  const root = composeNode(composer, document.contents, NOTHING);
  return composer.fatal ? null : { root, unknown: composer.unknown };
}

function composeNode(composer: Composer, node: Node | null, empty: Span): Tree {
  if (isAlias(node)) return resolveAlias(composer, node);
  const anchor = node !== null && 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
  if (anchor !== undefined) composer.anchors.set(anchor, null);
  const tree = composeFresh(composer, node, empty);
  if (anchor !== undefined) composer.anchors.set(anchor, tree);
  return tree;
}

function composeFresh(composer: Composer, node: Node | null, empty: Span): Tree {
  if (isScalar(node)) return composeScalar(composer, node);
  if (!isMap(node) && !isSeq(node)) return { kind: 'scalar', value: null, ...empty };
  const span = spanOfNode(composer, node);
  if (composer.depth > MAX_DEPTH) return tooDeep(composer, span);
  composer.depth += 1;
  const tree: List | Mapping = isMap(node)
    ? { kind: 'mapping', entries: composeEntries(composer, node), ...span }
    : {
        kind: 'list',
        items: node.items.map((item) => composeNode(composer, item as Node | null, span)),
        ...writtenOf(composer, node),
        ...span,
      };
  composer.depth -= 1;
  return measured(composer, tree);
}

function writtenOf(composer: Composer, { items }: YAMLSeq): Pick<List, 'written'> {
  if (!items.some(isAlias)) return {};
  return { written: (items as (Node | null)[]).map((item) => (item === null ? NOTHING : spanOfNode(composer, item))) };
}

/** Measured as it is made, children first, so that neither a bomb nor a long chain of aliases is ever walked. */
function measured(composer: Composer, tree: List | Mapping): Tree {
  let size = 1;
  let height = 0;
  const add = (child: Tree): void => {
    const measure = child.kind === 'scalar' ? LEAF : (composer.measures.get(child) ?? LEAF);
    size += measure.size;
    height = Math.max(height, measure.height);
  };
  if (tree.kind === 'list') tree.items.forEach(add);
  else for (const entry of tree.entries.values()) add(entry.value);
  if (height >= MAX_DEPTH) return tooDeep(composer, tree);
  if (size > MAX_VALUES) return bomb(composer, tree);
  composer.measures.set(tree, { size, height: height + 1 });
  return tree;
}

function tooDeep(composer: Composer, { start, end }: Span): Scalar {
  if (!composer.fatal)
    composer.report('yaml-too-deep', rangeOf(composer.source, { start, end }), `lists and mappings are nested more than ${MAX_DEPTH} deep`);
  composer.fatal = true;
  return { kind: 'scalar', value: null, start, end };
}

function bomb(composer: Composer, { start, end }: Span): Scalar {
  if (!composer.fatal) composer.report('alias-bomb', rangeOf(composer.source, { start, end }), MEANS_TOO_MUCH, { hint: MEAN_LESS });
  composer.fatal = true;
  return { kind: 'scalar', value: null, start, end };
}

function composeEntries(composer: Composer, map: YAMLMap): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const merged = new Set<string>();
  for (const pair of map.items as Pair<Node | null, Node | null>[]) {
    const key = keyOf(composer, pair, map);
    if (key === null) continue;
    const value = composeNode(composer, pair.value, { start: key.end, end: key.end });
    if (key.isMerge) {
      mergeInto(composer, entries, merged, value, key);
      continue;
    }
    const first = entries.get(key.text);
    if (first === undefined || merged.delete(key.text)) entries.set(key.text, { key, value });
    else reportDuplicate(composer, key, first);
  }
  return entries;
}

interface Key extends Span {
  readonly text: string;
  readonly isMerge: boolean;
}

/** Keys are text as it is written: `8080:` is the key "8080". */
function keyOf(composer: Composer, pair: Pair<Node | null, Node | null>, map: YAMLMap): Key | null {
  const { key } = pair;
  const plain = isScalar(key) && key.type === 'PLAIN';
  const text = isScalar(key) ? (plain ? (key.source ?? '') : String(key.value)) : '';
  if (key !== null && NO_TEXT.test(text)) {
    noText(composer, spanOfNode(composer, key));
    return null;
  }
  if (isScalar(key) && (text !== '' || !plain)) return { text, isMerge: plain && text === '<<', ...spanOfNode(composer, key) };
  const span = key === null ? spanOfNode(composer, map) : spanOfNode(composer, key);
  composer.report('bad-key', rangeOf(composer.source, span), 'a key must be a text', { hint: 'put it in quotes, or remove it' });
  return null;
}

function reportDuplicate(composer: Composer, key: Key, first: Entry): void {
  const related = [{ message: 'it is here first', at: rangeOf(composer.source, first.key) }];
  composer.report('duplicate-key', rangeOf(composer.source, key), `key ${quote(key.text)} is here twice`, { related });
}

/** Keys written in the mapping win over merged ones, earlier merged ones over later ones; a merged key keeps its own place in the file. */
function mergeInto(composer: Composer, entries: Map<string, Entry>, merged: Set<string>, value: Tree, key: Span): void {
  const sources = value.kind === 'list' ? value.items : [value];
  for (const source of sources) {
    if (source.kind !== 'mapping') {
      const hint = 'write <<: *NAME, where &NAME stands before a mapping';
      composer.report('bad-merge', rangeOf(composer.source, key), 'only mappings can be merged', { hint });
      continue;
    }
    composer.mergedKeys += source.entries.size;
    if (composer.mergedKeys > MAX_VALUES) return void bomb(composer, key);
    for (const [name, entry] of source.entries) {
      if (entries.has(name)) continue;
      entries.set(name, entry);
      merged.add(name);
    }
  }
}

function resolveAlias(composer: Composer, alias: Alias): Tree {
  const name = alias.source;
  const target = composer.anchors.get(name);
  if (target !== undefined && target !== null) return target;
  const span = spanOfNode(composer, alias);
  const at = rangeOf(composer.source, span);
  if (target === null) composer.report('alias-cycle', at, `*${name} stands within &${name} itself`);
  else composer.report('unknown-anchor', at, `no &${name} stands before this`, { hint: () => didYouMean(name, composer.anchors.keys()) });
  return { kind: 'scalar', value: null, ...span };
}

function composeScalar(composer: Composer, node: Node & { value: unknown; type?: string; tag?: string }): Scalar {
  const span = spanOfNode(composer, node);
  const { value } = node;
  if (typeof value !== 'string')
    return { kind: 'scalar', value: typeof value === 'number' || typeof value === 'boolean' ? value : null, ...span };
  if (NO_TEXT.test(value)) return noText(composer, span);
  if (!value.includes('$')) return { kind: 'scalar', value, ...span };
  const problems: VariableProblem[] = [];
  const text = interpolate(value, composer.variables, problems);
  for (const problem of problems) reportVariable(composer, problem, span);
  if (problems.length > 0) composer.unknown.push(span);
  if (node.type !== 'PLAIN') return { kind: 'scalar', value: text, quotedVariable: true, ...span };
  const typedAgain = node.tag === undefined && problems.length === 0;
  return { kind: 'scalar', value: typedAgain ? typedScalar(text) : text, ...span };
}

/** A zero byte ends every text of the kernel, and half of a surrogate pair has no bytes in UTF-8. */
const NO_TEXT = /[\0\p{Surrogate}]/u;

function noText(composer: Composer, span: Span): Scalar {
  const hint = 'remove it: no name, command or setting can hold it';
  composer.report('bad-character', rangeOf(composer.source, span), 'the text has a zero byte, or half of a surrogate pair', { hint });
  composer.unknown.push(span);
  return { kind: 'scalar', value: '', ...span };
}

function reportVariable(composer: Composer, problem: VariableProblem, span: Span): void {
  const start = composer.source.text.indexOf(problem.found, span.start);
  const inside = start >= 0 && start < span.end ? { start, end: start + problem.found.length } : span;
  composer.report(problem.code, rangeOf(composer.source, inside), problem.message, { hint: problem.hint });
}

/** By index: taking a list apart by its iterator is slow, and there are ten of these for each node. */
function spanOfNode({ base }: Composer, { range }: Node): Span {
  const start = base + (range?.[0] ?? 0);
  return { start, end: range === undefined || range === null ? start : base + range[1] };
}
