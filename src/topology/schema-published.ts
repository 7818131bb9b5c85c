/** The schema for editors, which see a file before its variables are replaced. */
import type { JsonSchema } from '../model/json-schema.js';
import { topologySchema } from './schema.js';

const VARIABLE = '\\$\\{';

/** The text of `schemas/topology.schema.json`. */
export function publishedSchema(): string {
  return `${JSON.stringify(withVariables(topologySchema()), null, 2)}\n`;
}

/** The same schema, where `${NAME}` may stand for any value that is no text, and within any text. */
function withVariables(schema: JsonSchema): unknown {
  const published: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(schema)) if (!key.startsWith('x-')) published[key] = child(key, value);
  if (schema['x-sensitive'] === true) published['writeOnly'] = true;
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const scalar = types.some((type) => type === 'integer' || type === 'boolean' || type === 'string');
  if (scalar && !types.includes('string')) return { ...published, type: [...types, 'string'], pattern: VARIABLE };
  if (schema.enum !== undefined) {
    delete published['enum'];
    return { ...published, anyOf: [{ enum: schema.enum }, { pattern: VARIABLE }] };
  }
  return schema.pattern === undefined ? published : { ...published, pattern: `${schema.pattern}|${VARIABLE}` };
}

const NAMED = new Set(['properties', 'patternProperties', '$defs']);

function child(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (NAMED.has(key)) return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, withVariables(schema as JsonSchema)]));
  // Variables are not replaced in keys.
  if (key === 'propertyNames') return { pattern: (value as JsonSchema).pattern };
  return key === 'items' || key === 'additionalProperties' ? withVariables(value) : value;
}
