/** Saved plans by their schema alone: each key that it has, with the values that it allows, and now and then others. */
import { readFileSync } from 'node:fs';
import { ROOT } from '../../system/world.js';
import type { Random } from './random.js';
import { NAMES } from './scalars.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Schema {
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const schemaOf = (file: string): Schema => JSON.parse(readFileSync(`${ROOT}/schemas/${file}`, 'utf8')) as Schema;
const SCHEMAS: { readonly [file: string]: Schema } = {
  'saved-plan.schema.json': schemaOf('saved-plan.schema.json'),
  'plan.schema.json': schemaOf('plan.schema.json'),
};

const DEEP = 12;
/** What fits the patterns of the schemas. */
const FITTING: readonly string[] = ['0123456789abcdef', '0123456789abcdef'.repeat(2), '/srv/topo.yaml', '2026-01-01T00:00:00.000Z'];

/** The text of a plan; `texts` are those that a good plan has. */
export function planText(random: Random, texts: readonly string[]): string {
  return JSON.stringify(valueOf({ $ref: 'saved-plan.schema.json' }, 'saved-plan.schema.json', { random, texts }, 0));
}

interface Making {
  readonly random: Random;
  readonly texts: readonly string[];
}

function valueOf(schema: Schema, file: string, making: Making, depth: number): Json {
  const { random } = making;
  if (schema.$ref !== undefined) return referred(schema.$ref, file, making, depth);
  if (random.chance(0.005)) return hostileJson(random);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return valueOf(random.pick(choices), file, making, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string', 'object']);
  const useful = types.filter((type) => depth < DEEP || (type !== 'object' && type !== 'array'));
  switch (useful.length === 0 ? 'null' : random.pick(useful)) {
    case 'object':
      return objectOf(schema, file, making, depth);
    case 'array':
      return Array.from({ length: random.below(4) }, () => valueOf(schema.items ?? {}, file, making, depth + 1));
    case 'integer':
    case 'number':
      return random.pick([0, 1, -1, 1500, 65_535, 2 ** 31, 2 ** 53, 1e300]);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return textOf(schema, making);
    default:
      return null;
  }
}

function referred(ref: string, file: string, making: Making, depth: number): Json {
  const [path, inside] = ref.split('#');
  const other = path === '' || path === undefined ? file : path;
  const found = inside === undefined ? SCHEMAS[other] : SCHEMAS[other]?.$defs?.[inside.slice('/$defs/'.length)];
  if (found === undefined) throw new Error(`the schema refers to ${ref}, which is not there`);
  return valueOf(found, other, making, depth);
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, file: string, making: Making, depth: number): Json {
  const { random, texts } = making;
  const optional = Object.keys(properties).filter((key) => required.includes(key) || random.chance(0.3));
  const known = optional.filter(() => !random.chance(0.005));
  const own = known.map((key) => [key, valueOf(properties[key]!, file, making, depth + 1)] as const);
  if (additionalProperties === false) return Object.fromEntries(own);
  const other = typeof additionalProperties === 'object' ? additionalProperties : {};
  const free = Array.from(
    { length: random.below(4) },
    () => [random.chance(0.9) ? random.pick(texts) : random.pick(NAMES), valueOf(other, file, making, depth + 1)] as const,
  );
  return Object.fromEntries([...own, ...free]);
}

function textOf({ pattern }: Schema, { random, texts }: Making): string {
  const fitting = FITTING.find((text) => pattern !== undefined && new RegExp(pattern).test(text));
  if (fitting !== undefined && !random.chance(0.01)) return fitting;
  if (random.chance(0.02)) return random.pick(['\ud800', '']);
  return random.chance(0.9) ? random.pick(texts) : random.pick(NAMES);
}

export function hostileJson(random: Random): Json {
  const deep = (levels: number): Json => (levels === 0 ? null : [deep(levels - 1)]);
  return random.pick<Json>([
    ...[null, true, false, 0, -0, -1, 1e21, 5e-324, '', ' ', '\u0000', '\u001b[31m', '\ud800', 'x'.repeat(50_000), [], {}, [[]], deep(20)],
    ...[deep(40), Array.from({ length: 2000 }, () => 0), { length: 3 }, { toJSON: 'x' }, { constructor: {} }, { then: null }],
    Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])),
    JSON.parse('{"__proto__":{"x":1}}') as Json,
    random.pick(NAMES),
  ]);
}
