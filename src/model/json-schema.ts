/** The part of JSON Schema 2020-12 that fragments are written in: unions by type alone, so that a message never has to guess the branch. */
export type JsonType = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** What a text that does not match `pattern` should have been; left out of the published schema. */
  readonly 'x-expected'?: string;
  /** Nobody is to see it: published as `writeOnly`. */
  readonly 'x-sensitive'?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: { readonly [key: string]: JsonSchema };
  readonly patternProperties?: { readonly [pattern: string]: JsonSchema };
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
}
