/** The text of a file for excerpts: what the schema marks as sensitive is covered, and all else stands where it stood. */
import type { JsonSchema } from '../model/json-schema.js';
import { compose } from './compose.js';
import { parseYaml } from './parse.js';
import { reporter } from './report.js';
import { topologySchema, type SchemaDocument } from './schema.js';
import type { Source } from './source.js';
import type { Span, Tree } from './tree.js';

export function maskedText(source: Source): string {
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
