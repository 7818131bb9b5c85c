/** The text of a file for excerpts: what the schema marks as sensitive is covered, and all else stands where it stood. */
import type { JsonSchema } from '../model/json-schema.js';
import { compose } from './compose.js';
import { parseYaml } from './parse.js';
import { reporter } from './report.js';
import { topologySchema, type SchemaDocument } from './schema.js';
import type { Source } from './source.js';
import type { Span, Tree } from './tree.js';

const known = new WeakMap<Source, string>();

/** Each excerpt asks for it again: it is made once. */
export function maskedText(source: Source): string {
  const text = known.get(source) ?? masked(source);
  known.set(source, text);
  return text;
}

function masked(source: Source): string {
  if (!mayHoldAny(source.text)) return source.text;
  const document = parseYaml(source, reporter([]));
  const composed = document === null ? null : compose(document, source, {}, reporter([]));
  if (composed === null) return source.text;
  const spans: Span[] = [];
  collect(topologySchema(), topologySchema(), composed.root, spans);
  if (spans.length === 0) return source.text;
  let [text, end] = ['', 0];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    if (span.start < end) continue;
    text += source.text.slice(end, span.start) + source.text.slice(span.start, span.end).replace(/[^\n\r]/g, '*');
    end = span.end;
  }
  return text + source.text.slice(end);
}

/** Their keys stand in the text, unless they are written with escapes. */
function mayHoldAny(text: string): boolean {
  const keys = new Set<string>();
  keysOf(topologySchema(), '', keys);
  return text.includes('\\') || [...keys].some((key) => text.includes(key));
}

/** Keys of what is sensitive, itself or within; '' stands for any. */
function keysOf(schema: object, key: string, keys: Set<string>): void {
  if ((schema as JsonSchema)['x-sensitive'] === true) keys.add(key);
  for (const [name, part] of Object.entries(schema) as [string, unknown][]) {
    if (typeof part !== 'object' || part === null) continue;
    if (name === 'properties') for (const [own, each] of Object.entries(part)) keysOf(each as object, own, keys);
    else keysOf(part, key, keys);
  }
}

function collect(document: SchemaDocument, { $ref, ...own }: JsonSchema, tree: Tree, spans: Span[]): void {
  const schema = $ref === undefined ? own : (document.$defs[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {});
  if (schema['x-sensitive'] === true) return cover(tree, spans);
  if (tree.kind === 'list') for (const item of tree.items) collect(document, schema.items ?? {}, item, spans);
  if (tree.kind !== 'mapping') return;
  for (const [key, { value }] of tree.entries) {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
    collect(document, known ?? rest, value, spans);
  }
}

function cover(tree: Tree, spans: Span[]): void {
  if (tree.kind === 'scalar') spans.push(tree);
  else if (tree.kind === 'list') for (const item of tree.items) cover(item, spans);
  else for (const { value } of tree.entries.values()) cover(value, spans);
}
