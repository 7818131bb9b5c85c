/** The text of `docs/keys.md`: every key of the language, as the schema describes it. */
import type { JsonSchema, JsonType } from '../src/model/json-schema.js';
import { topologySchema } from '../src/topology/schema.js';

const HEAD = `# The keys of a topology file

Made from the schema by \`npm run schema\`, and so are [the one for editors](../schemas/topology.schema.json) and the checks of topo itself. What
else others call these things is in [coming-from](coming-from.md). \`\${NAME}\` stands for an environment variable anywhere but in keys.
`;

export function keysPage(): string {
  const schema = topologySchema();
  const { network, node, link } = schema.$defs;
  return [
    HEAD,
    ...sections('The file', schema),
    ...sections('`networks.NAME`', network!),
    ...sections('`nodes.NAME`, `hosts.NAME`, `groups.NAME`, `defaults`', node!, 'nodes.NAME'),
    ...sections('`links[]`', link!),
  ].join('\n');
}

/** A section for each mapping: its keys, then those of the mappings in it. */
function sections(title: string, schema: JsonSchema, path = title.replaceAll('`', '')): readonly string[] {
  const keys = Object.entries(schema.properties ?? {});
  const of = (key: string): string => (title === 'The file' ? key : `${path}.${key}`);
  return [`## ${title}\n`, ...keys.map(([key, each]) => lineOf(key, each)), '', ...keys.flatMap(([key, each]) => insideOf(of(key), each))];
}

function insideOf(path: string, schema: JsonSchema): readonly string[] {
  if (schema.$ref !== undefined) return [];
  if (schema.properties !== undefined) return sections(`\`${path}\``, schema);
  const { items, additionalProperties: others } = schema;
  return [
    ...(items === undefined ? [] : insideOf(`${path}[]`, items)),
    ...(typeof others === 'object' ? insideOf(`${path}.*`, others) : []),
  ];
}

const TYPES: { readonly [type in JsonType]: string } = {
  string: 'text',
  integer: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'mapping',
  null: '',
};

function lineOf(key: string, { type, enum: allowed, default: preset, description = '', examples = [] }: JsonSchema): string {
  const types = allowed?.map((word) => `\`${word}\``) ?? [type ?? 'object'].flat().map((each) => TYPES[each]);
  const facts = [
    types.filter((word) => word !== '').join(', '),
    ...(preset === undefined ? [] : [`default \`${JSON.stringify(preset)}\``]),
  ];
  const shown = examples.length === 0 ? '' : ` For example ${examples.map((example) => `\`${JSON.stringify(example)}\``).join(' or ')}.`;
  return `- **\`${key}\`** (${facts.join('; ')}): ${description}${shown}`;
}
