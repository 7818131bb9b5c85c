/** Bytes of a file → topology, or all that is wrong with it. Pure: the same bytes and variables give the same result. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { Topology } from '../model/topology.js';
import { compose } from './compose.js';
import { decode } from './decode.js';
import { readTopology } from './normal/topology.js';
import { meansTooMuch } from './inherited-values.js';
import type { Reading } from './normal/read.js';
import { maskedText } from './masked.js';
import { withIncluded, type ReadIncluded } from './include.js';
import { parseYaml } from './parse.js';
import { exceptAt, inOrder, oncePerPlace, reporter, type Report } from './report.js';
import { RULES } from './rules/all.js';
import { ruleContext } from './rules/context.js';
import { rangeOf, sourceOf, type Source } from './source.js';
import type { Mapping, Span, Tree } from './tree.js';
import { validateShape } from './validate.js';
import type { Variables } from './variables.js';

export interface TopologyFile {
  /** As messages shall name it. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Reads what it includes; absent: it can include nothing. */
  readonly include?: ReadIncluded;
}

export interface Loaded {
  /** Null if there is any error. */
  readonly topology: Topology | null;
  /** In the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** For excerpts: without sensitive values. */
  readonly text: string;
  /** The same of another file that it includes; undefined: it includes none of that name. */
  textOf(file: string): string | undefined;
  /** Names of those. */
  readonly included: readonly string[];
}

export function loadTopology({ file, bytes, include }: TopologyFile, variables: Variables): Loaded {
  const { text, problem } = decode(file, bytes);
  if (problem !== undefined) return { topology: null, diagnostics: [problem], text, textOf: () => undefined, included: [] };
  const diagnostics: Diagnostic[] = [];
  const source = sourceOf(file, text);
  const files: Source[] = [];
  const topology = topologyOf(source, { variables, report: reporter(diagnostics), diagnostics, include, files });
  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return {
    topology: failed ? null : topology,
    diagnostics: inOrder(diagnostics, file),
    included: files.map((one) => one.file),
    textOf: (name) => {
      const other = files.find((one) => one.file === name);
      return other === undefined ? undefined : maskedText(other);
    },
    // Nearly always nobody asks for it.
    get text() {
      return maskedText(source);
    },
  };
}

interface Around {
  readonly variables: Variables;
  readonly report: Report;
  readonly diagnostics: readonly Diagnostic[];
  readonly include: ReadIncluded | undefined;
  /** Is filled with what is included. */
  readonly files: Source[];
}

function topologyOf(source: Source, around: Around): Topology | null {
  const { variables, report, diagnostics } = around;
  const document = parseYaml(source, report);
  // A text that is not YAML has been read as something nobody wrote: no more can be said about it.
  if (document === null || diagnostics.length > 0) return null;
  const composed = compose(document, source, variables, report);
  if (composed === null) return null;
  const judgeIn = (whole: Source, unknown: readonly Span[]): Report =>
    exceptAt(
      report,
      unknown.map((span) => rangeOf(whole, span)),
    );
  const { root, unknown } = composed;
  const judge = judgeIn(source, unknown);
  if (!isTopMapping(root, source, judge)) return null;
  if (!root.entries.has('include') || around.include === undefined) return checked(root, { source, report: judge, origins: new Map() });
  const all = withIncluded({ root, unknown }, source, around.include, around);
  return all && checked(all.root, { source: all.source, report: judgeIn(all.source, all.unknown), origins: new Map() });
}

function checked(root: Mapping, reading: Reading): Topology | null {
  if (meansTooMuch(root, reading)) return null;
  const broken = validateShape(root, reading.source, reading.report);
  const { topology, incomplete } = readTopology(reading, root);
  const context = ruleContext(
    topology,
    { ...reading, report: oncePerPlace(reading.report) },
    new Set([...broken].map(asNode).concat(...incomplete)),
  );
  for (const rule of RULES) rule.check(context);
  return topology;
}

/** Among the nodes of the topology are its hosts. */
const asNode = (path: string): string => path.replace(/^hosts\b/, 'nodes');

function isTopMapping(root: Tree, source: Source, report: Report): root is Mapping {
  if (root.kind === 'mapping') return true;
  const empty = root.kind === 'scalar' && root.value === null && root.start === root.end;
  const at = rangeOf(source, empty ? { start: 0, end: 1 } : root);
  const hint = 'a topology begins with its name, for example name: my-lab';
  if (empty) report('file-empty', at, 'the file is empty', { hint });
  else report('wrong-type', at, `the file must be a mapping, not ${root.kind === 'list' ? 'a list' : 'a single value'}`, { hint });
  return false;
}
