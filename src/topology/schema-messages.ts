/** The words for each keyword of the schema. */
import type { JsonSchema, JsonType } from '../model/json-schema.js';
import { SENSITIVE as HIDDEN } from '../model/sensitive.js';
import type { Code } from './codes.js';
import { foreignWord } from './foreign-words.js';
import type { SchemaError } from './generated/validator.js';
import { quote } from './report.js';
import { topologySchema } from './schema.js';
import { closest, didYouMean } from './suggest.js';
import type { Entry, Scalar, Span, Tree } from './tree.js';

/** Where an error of the validator is: the value, the key above it, the fragment of the schema. */
export interface Place {
  readonly path: readonly string[];
  /** `nodes.web.routes[0]`, as in plans; '' for the whole file. */
  readonly where: string;
  /** In quotes: `"mtu"`, `member 2 of "ports"`. */
  readonly name: string;
  readonly tree: Tree;
  /** Absent for the root and for members of lists. */
  readonly entry?: Entry;
  readonly schema: JsonSchema;
  /** The aliases on the way to it: an anchor stands before them. */
  readonly used: readonly Span[];
}

export interface Words {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function describeProblem(place: Place, error: SchemaError): Words {
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(place, String(error.params['additionalProperty']));
    case 'required':
      return missingKey(place, String(error.params['missingProperty']));
    case 'type':
      return isGroupOfShared(place) ? groupOfShared(place) : wrongType(place);
    case 'enum':
      return notAmong(place);
    case 'minimum':
    case 'maximum':
      return outOfRange(place);
    case 'pattern':
      return error.propertyName === undefined ? badText(place) : badKey(place, error.propertyName);
    case 'minItems':
    case 'maxItems':
      return wrongLength(place);
    default:
      return { code: 'bad-value', message: `${place.name} does not fulfil "${error.keyword}" of the schema` };
  }
}

/** Drivers of Docker's that are not among topo's. */
const FOREIGN_DRIVERS: ReadonlyMap<string, string> = new Map([
  ['overlay', 'driver: vxlan makes what Docker’s overlay does'],
  ['ipvlan', 'driver: macvlan puts nodes on a LAN of the host too, each with a MAC address of its own'],
  ['host', 'write network_mode: host at the node'],
  ['none', 'write network_mode: none at the node'],
]);

function unknownKey(place: Place, key: string): Words {
  const known = Object.keys(place.schema.properties ?? {}).filter((one) => !isGroupOfShared({ path: [...place.path, one] }));
  const hint =
    foreignWord(place.path, key) ??
    notIndented(place, key) ??
    didYouMean(key, known) ??
    ofSomethingElse(place, key) ??
    `known here: ${known.join(', ')}`;
  return { code: 'unknown-key', message: `unknown key ${quote(key)} in ${whereOf(place)}`, hint };
}

/** The line before has nothing, and takes a mapping: what should stand in it stands beside it. */
function notIndented({ tree, schema }: Place, key: string): string | undefined {
  if (tree.kind !== 'mapping') return undefined;
  const keys = [...tree.entries.keys()];
  const before = keys[keys.indexOf(key) - 1] ?? '';
  const { value } = tree.entries.get(before) ?? {};
  if (value?.kind !== 'scalar' || value.value !== null) return undefined;
  return [schema.properties?.[before]?.type].flat().includes('object')
    ? `if it belongs to "${before}" above it, indent it further`
    : undefined;
}

/** Of the file, or of what stands in it, such as a node. */
function ofSomethingElse({ path }: Place, key: string): string | undefined {
  if (path.length > 2) return undefined;
  const kinds = Object.entries(topologySchema().$defs).filter(([, { properties }]) => Object.hasOwn(properties ?? {}, key));
  return kinds.length === 0 ? undefined : `it is a key of ${kinds.map(([kind]) => `a ${kind}`).join(', and of ')}`;
}

/** Whether an unknown key of the same mapping is the missing one, mistyped: it is complained of once. */
export function isMistyped(place: Place, missing: string): boolean {
  const known = Object.keys(place.schema.properties ?? {});
  const written = place.tree.kind === 'mapping' ? [...place.tree.entries.keys()] : [];
  return written.some((key) => !known.includes(key) && closest(key, known) === missing);
}

function missingKey(place: Place, key: string): Words {
  const example = exampleOf(place.schema.properties?.[key]);
  const hint = example === undefined ? undefined : `for example ${key}: ${example}`;
  return { code: 'missing-key', message: `${whereOf(place)} has no "${key}"`, hint };
}

/** `group` where what several nodes have in common is written. */
export function isGroupOfShared({ path }: Pick<Place, 'path'>): boolean {
  return path.at(-1) === 'group' && (path[0] === 'defaults' ? path.length === 2 : path[0] === 'groups' && path.length === 3);
}

function groupOfShared({ path }: Place): Words {
  const where = path.slice(0, -1).join('.');
  const hint =
    path.length === 2
      ? 'a group is named by a node or a host, each by itself; what all nodes have is written here'
      : 'a group has no group: write in both what they share, or use an anchor';
  return { code: 'unknown-key', message: `unknown key "group" in ${where}`, hint };
}

const TYPE_NAMES: { readonly [type in JsonType]: string } = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'nothing',
};

function wrongType(place: Place): Words {
  const types = [place.schema.type ?? []].flat();
  const wanted = types.filter((type) => type !== 'null').map((type) => TYPE_NAMES[type]);
  const message = `${place.name} must be ${oneOf(wanted)}, not ${describe(place)}`;
  return { code: 'wrong-type', message, hint: typeHint(place, types) };
}

/** Within { } a bare variable is no YAML, so that the quotes alone are not what is wrong. */
const UNQUOTED_VARIABLE = 'a variable in quotes is a text: write the key on a line of its own, and the variable without quotes';

function typeHint({ tree, schema, path, where }: Place, types: readonly JsonType[]): string | undefined {
  const value = tree.kind === 'scalar' && schema['x-sensitive'] !== true ? tree.value : undefined;
  if (tree.kind === 'scalar' && tree.quotedVariable === true) return UNQUOTED_VARIABLE;
  if (types.includes('string') && value !== undefined && value !== null) return `put it in quotes: "${String(value)}"`;
  if (types.includes('boolean') && typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    return `write ${/^(?:yes|on)$/i.test(value) ? 'true' : 'false'}`;
  }
  const bare = types.includes('integer') ? /^-?\d+$/ : /^(?:true|false)$/;
  if (typeof value === 'string' && bare.test(value)) return `remove the quotes: ${value}`;
  const key = where.endsWith(']') ? '-' : `${path.at(-1) ?? ''}:`;
  if (types.includes('array') && typeof value === 'string' && isOfTexts(schema)) return `a list, of one: ${key} [${JSON.stringify(value)}]`;
  const example = exampleOf(schema);
  return example === undefined ? undefined : `for example ${key} ${example}`;
}

const isOfTexts = ({ items }: JsonSchema): boolean => items?.['x-sensitive'] !== true && [items?.type].flat().includes('string');

function notAmong(place: Place): Words {
  const allowed = place.schema.enum ?? [];
  const value = textOf(place);
  const similar = closest(value, allowed);
  const foreign = place.path.at(-1) === 'driver' ? FOREIGN_DRIVERS.get(value) : undefined;
  const hint = foreign ?? (similar === undefined ? undefined : `did you mean "${similar}"?`);
  return { code: 'bad-value', message: `${place.name} must be ${oneOf([...allowed])}, not ${quote(value)}`, hint };
}

function outOfRange(place: Place): Words {
  const { minimum, maximum } = place.schema;
  const range = maximum === undefined ? `at least ${minimum ?? 0}` : `from ${minimum ?? 0} to ${maximum}`;
  return { code: 'out-of-range', message: `${place.name} must be ${range}, not ${textOf(place)}` };
}

function badText(place: Place): Words {
  return { code: 'bad-name', message: `${place.name} cannot be ${quote(textOf(place))}`, hint: expected(place.schema) };
}

function badKey(place: Place, key: string): Words {
  const code = place.path.at(-1) === 'sysctls' ? 'bad-sysctl' : 'bad-name';
  const variable = key.includes('${') ? '; variables are replaced in values, not in keys' : '';
  return {
    code,
    message: `${quote(key)} cannot be a key of ${whereOf(place)}`,
    hint: `${expected(place.schema.propertyNames ?? {}) ?? ''}${variable}`,
  };
}

function wrongLength(place: Place): Words {
  const { minItems, maxItems } = place.schema;
  const found = place.tree.kind === 'list' ? place.tree.items.length : 0;
  if (maxItems === undefined && found === 0) {
    return { code: 'wrong-length', message: `${place.name} is an empty list`, hint: 'remove it: then the default holds' };
  }
  const wanted = minItems === maxItems ? `exactly ${minItems ?? 0}` : `${minItems ?? 0} to ${maxItems ?? 'any number of'}`;
  return { code: 'wrong-length', message: `${place.name} must have ${wanted} members, not ${found}` };
}

function expected(schema: JsonSchema): string | undefined {
  const text = schema['x-expected'];
  return text === undefined ? undefined : `use ${text}`;
}

function whereOf({ where }: Place): string {
  return where === '' ? 'the file' : where;
}

function exampleOf(schema: JsonSchema | undefined): string | undefined {
  const example = schema?.examples?.[0] ?? schema?.enum?.[0];
  if (example === undefined) return undefined;
  return typeof example === 'string'
    ? example
    : JSON.stringify(example)
        .replace(/"([\w./:-]+)":/g, '$1: ')
        .replaceAll(',', ', ');
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? 'nothing') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** What nobody is to see stands for itself. */
function describe({ tree, schema }: Pick<Place, 'tree' | 'schema'>): string {
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? 'a list' : 'a mapping';
  return tree.value === null
    ? 'empty'
    : `the ${scalarType(tree)} ${schema['x-sensitive'] === true ? HIDDEN : typeof tree.value === 'string' ? quote(tree.value) : String(tree.value)}`;
}

function scalarType({ value }: Scalar): string {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'value';
}

function textOf(place: Place): string {
  const { tree, schema } = place;
  if (tree.kind !== 'scalar') return describe(place);
  if (schema['x-sensitive'] === true) return HIDDEN;
  return typeof tree.value === 'string' ? quote(tree.value).slice(1, -1) : String(tree.value);
}
