/** Tree → problems of its shape, by the JSON Schema, in words for people. */
import { validate, type SchemaError } from './generated/validator.js';
import type { JsonSchema } from '../model/json-schema.js';
import { quote, type Report } from './report.js';
import { topologySchema, type SchemaDocument } from './schema.js';
import { describeProblem, isGroupOfShared, isMistyped, type Place } from './schema-messages.js';
import { rangeOf, type Source } from './source.js';
import { membersWritten, plainOf, spanOf, type Span, type Tree } from './tree.js';

/** Reports what is wrong with the shape; answers the first two keys of each wrong place, such as `nodes.web` or `links.0`. */
export function validateShape(root: Tree, source: Source, report: Report): ReadonlySet<string> {
  const broken = new Set<string>();
  if (validate(plainOf(root))) return broken;
  const errors = validate.errors ?? [];
  const wrongTypes = new Set(errors.filter((error) => error.keyword === 'type').map((error) => error.instancePath));
  // One mapping stands in several places if it has an anchor.
  const said = new Set<string>();
  const document = topologySchema();
  for (const error of errors) {
    // A number of the wrong type is also out of range: once is enough.
    if (error.keyword !== 'type' && wrongTypes.has(error.instancePath) && error.propertyName === undefined) continue;
    if (error.keyword === 'propertyNames') continue;
    const place = locate(document, root, error.instancePath);
    broken.add(place.path.slice(0, 2).join('.'));
    if (error.keyword === 'required' && isMistyped(place, String(error.params['missingProperty']))) continue;
    const span = spanOfProblem(place, error);
    const identity = `${span.start} ${error.keyword} ${JSON.stringify(error.params)}`;
    if (said.has(identity)) continue;
    said.add(identity);
    const { code, message, hint } = describeProblem(place, error);
    const isMerged = span.start < place.tree.start && place.tree.kind === 'mapping';
    const related = [...place.used, ...(isMerged && span !== place.entry?.key ? [place.tree] : [])].map((use) => ({
      message: 'it is used here',
      at: rangeOf(source, use),
    }));
    report(code, rangeOf(source, span), message, { hint, ...(related.length === 0 ? {} : { related }) });
  }
  return broken;
}

/** The schema has unions by type alone, so the way through it follows from the path in the file. */
function locate(document: SchemaDocument, root: Tree, pointer: string): Place {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let place: Place = { path, where: '', name: 'the file', tree: root, schema: document, used: [] };
  for (const part of path) place = step(document, place, part);
  return place;
}

function step(document: SchemaDocument, place: Place, part: string): Place {
  const { path, where, tree, schema, used } = place;
  if (tree.kind === 'list') {
    const index = Number(part);
    const name = `member ${index + 1} of ${place.name}`;
    const [item, written] = [tree.items[index] ?? tree, membersWritten(tree)[index]];
    const uses = written === undefined || written.start <= item.start ? used : [...used, written];
    return { path, where: `${where}[${index}]`, name, tree: item, schema: resolve(document, schema.items), used: uses };
  }
  const entry = tree.kind === 'mapping' ? tree.entries.get(part) : undefined;
  const own = schema.properties !== undefined && Object.hasOwn(schema.properties, part) ? schema.properties[part] : undefined;
  const next = own ?? schema.additionalProperties;
  const resolved = resolve(document, typeof next === 'object' ? next : undefined);
  const uses = [...used];
  if (entry !== undefined && entry.key.start < tree.start) uses.push(tree);
  if (entry !== undefined && entry.value.start < entry.key.start) uses.push(entry.key);
  const names = { path, where: where === '' ? part : `${where}.${part}`, name: quote(part), used: uses };
  return entry === undefined ? { ...names, tree, schema: resolved } : { ...names, tree: entry.value, entry, schema: resolved };
}

function resolve(document: SchemaDocument, schema: JsonSchema | undefined): JsonSchema {
  const name = schema?.$ref?.replace('#/$defs/', '');
  return (name === undefined ? schema : document.$defs[name]) ?? {};
}

function spanOfProblem(place: Place, error: SchemaError): Span {
  const { tree, entry } = place;
  const { additionalProperty } = error.params;
  const key = typeof additionalProperty === 'string' ? additionalProperty : error.propertyName;
  const own = key !== undefined && tree.kind === 'mapping' ? tree.entries.get(key)?.key : undefined;
  if (own !== undefined) return own;
  return entry === undefined ? firstLineOf(tree) : isGroupOfShared(place) ? entry.key : spanOf(entry);
}

/** A member of a list, or the whole file: its first key stands for it. */
function firstLineOf(tree: Tree): Span {
  const first = tree.kind === 'mapping' ? tree.entries.values().next().value?.key : undefined;
  return first !== undefined && first.start >= tree.start && first.end <= tree.end ? first : tree;
}
