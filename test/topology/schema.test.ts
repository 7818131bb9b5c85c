import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { keysPage } from '../../scripts/keys-page.js';
import { validatorSource } from '../../scripts/validator-source.js';
import type { JsonSchema } from '../../src/model/json-schema.js';
import { topologySchema } from '../../src/topology/schema.js';
import { publishedSchema } from '../../src/topology/schema-published.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

describe('`npm run schema` has been run:', () => {
  it('the published schema is that of the code', () => expect(read('schemas/topology.schema.json')).toBe(publishedSchema()));
  it('docs/keys.md is that of the code', () => expect(read('docs/keys.md')).toBe(keysPage()));
  it('the validator is that of the code', () => expect(read('src/topology/generated/validator.js')).toBe(validatorSource()));
});

function keysOf(schema: JsonSchema, path: string): readonly (readonly [string, JsonSchema])[] {
  const properties = Object.entries(schema.properties ?? {}).map(([key, child]) => [`${path}.${key}`, child] as const);
  const others = [schema.items, schema.additionalProperties].flatMap((child) =>
    typeof child === 'object' ? [[`${path}[]`, child] as const] : [],
  );
  return [...properties, ...others].flatMap(([name, child]) => [[name, child] as const, ...keysOf(child, name)]);
}

describe('the schema', () => {
  const schema = topologySchema();
  const all = [['', schema] as const, ...Object.entries(schema.$defs)].flatMap(([name, each]) => keysOf(each, name));

  it('describes every key', () => {
    const described = all.filter(([path]) => !path.endsWith('[]'));
    expect(described.length).toBeGreaterThan(60);
    expect(described.filter(([, each]) => (each.description ?? '').length < 10).map(([path]) => path)).toEqual([]);
  });

  it('has every key on the page of the keys', () => {
    const keys = all.filter(([path]) => !path.endsWith('[]')).map(([path]) => path.slice(path.lastIndexOf('.') + 1));
    const page = read('docs/keys.md');
    expect(keys.filter((key) => !page.includes(`- **\`${key}\`** (`))).toEqual([]);
  });

  it('closes every mapping, so that a mistyped key is seen', () => {
    const open = all.filter(
      ([, each]) => each.$ref === undefined && each.properties !== undefined && each.additionalProperties === undefined,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('takes unions apart by type alone, for the sake of the messages', () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(?:oneOf|anyOf|allOf|if|not)"/);
  });
});

describe('the published schema', () => {
  const validate = new Ajv2020({ strictTypes: false }).compile(JSON.parse(publishedSchema()) as object);
  const folder = 'test/topology/fixtures/valid';
  const files = readdirSync(`${root}${folder}`).filter((name) => name.endsWith('.yaml'));

  it.each(files)('takes %s as it is, variables and all', (name) => {
    validate(parse(read(`${folder}/${name}`), { merge: true }));
    expect(validate.errors).toBeNull();
  });

  it.each(['variable-typed', 'unknown-keys', 'wrong-types', 'bad-enum', 'out-of-range', 'bad-names'])('refuses %s in an editor', (name) => {
    expect(validate(parse(read(`test/topology/fixtures/invalid/${name}.yaml`)))).toBe(name === 'variable-typed');
  });
});
