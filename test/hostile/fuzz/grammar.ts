/** Topologies by the schema alone: each key that it has, with the values that it allows, and now and then others. */
import type { JsonSchema } from '../../../src/model/json-schema.js';
import { topologySchema } from '../../../src/topology/schema.js';
import type { Random } from './random.js';
import { hostileScalar, NAMES } from './scalars.js';

const SCHEMA = topologySchema();

/** How often something stands there that the schema may not allow. */
const HOSTILE = 0.01;
const DEEP = 8;
const NAMES_IN_USE = ['a', 'b', 'c', 'h1', 'front', 'back', 'lan'];

/** The text of a file, in YAML's flow style. */
export function topologyText(random: Random): string {
  const { name, networks, nodes, hosts, links, groups, defaults, include, moved, protect } = SCHEMA.properties!;
  // What is an anchor's there stands for a node now and then.
  const isShared = random.chance(0.2);
  const parts: [string, JsonSchema, number][] = [
    ['networks', networks!, 0.9],
    ['nodes', nodes!, 0.95],
    ['hosts', hosts!, 0.2],
    ['links', links!, 0.3],
    ['groups', groups!, 0.5],
    ['defaults', defaults!, 0.1],
    ['include', include!, 0.1],
    ['moved', moved!, 0.15],
    ['protect', protect!, 0.1],
  ];
  const lines = parts.filter(([, , likely]) => random.chance(likely)).map(([key, schema]) => `${key}: ${value(schema, random, 0)}`);
  const shared = isShared ? [`x-a: &shared ${value(SCHEMA.$defs['node'], random, 1)}`] : [];
  const own = random.chance(0.1) ? [`x-${random.pick(NAMES_IN_USE)}: ${hostileScalar(random).replaceAll('\n', ' ')}`] : [];
  const text = [`name: ${random.chance(0.98) ? 'lab' : value(name, random, 0)}`, ...shared, ...own, ...lines].join('\n') + '\n';
  return isShared ? text.replace(/("[abc]": )null/g, '$1*shared') : text;
}

function value(schema: JsonSchema | undefined, random: Random, depth: number): string {
  const { $ref, type, ...rest } = schema ?? {};
  if ($ref !== undefined) {
    const { properties, ...referred } = SCHEMA.$defs[$ref.slice($ref.lastIndexOf('/') + 1)]!;
    // What stands beside a reference has less: it is left out there.
    const own = Object.entries(properties!).filter(([key]) => rest.properties?.[key] === undefined);
    return value({ ...referred, properties: Object.fromEntries(own) }, random, depth);
  }
  if (random.chance(HOSTILE)) return hostileScalar(random).replaceAll('\n', ' ');
  const types = typeof type === 'string' ? [type] : (type ?? ['string']);
  const useful = types.filter((one) => one !== 'null' && (depth < DEEP || (one !== 'object' && one !== 'array')));
  switch (useful.length === 0 || random.chance(0.02) ? 'null' : random.pick(useful)) {
    case 'object':
      return mapping(rest, random, depth);
    case 'array':
      return list(rest, random, depth);
    case 'integer':
      return String(integer(rest, random));
    case 'boolean':
      return String(random.chance(0.5));
    case 'string':
      return JSON.stringify(text(rest, random));
    case 'null':
      return 'null';
  }
}

function mapping({ properties = {}, required = [], additionalProperties }: JsonSchema, random: Random, depth: number): string {
  const known = Object.keys(properties);
  const wanted = new Set(required);
  const count = known.length === 0 ? 0 : random.below(Math.min(known.length, 5) + 1);
  for (let i = 0; i < count; i++) wanted.add(random.pick(known));
  const own = [...wanted].map((key) => [key, properties[key]] as const);
  const free =
    typeof additionalProperties === 'object'
      ? Array.from(
          { length: 1 + random.below(3) },
          () => [random.chance(0.97) ? random.pick(NAMES_IN_USE) : random.pick(NAMES), additionalProperties] as const,
        )
      : [];
  const byName = new Map([...own, ...free]);
  return `{${[...byName].map(([key, schema]) => `${JSON.stringify(key)}: ${value(schema, random, depth + 1)}`).join(', ')}}`;
}

function list({ items, minItems = 0, maxItems = 3, examples }: JsonSchema, random: Random, depth: number): string {
  const example = examples?.filter(Array.isArray) ?? [];
  if (example.length > 0 && random.chance(0.5)) return JSON.stringify(random.pick(example));
  const length = minItems + random.below(Math.max(1, Math.min(maxItems, 3) - minItems + 1));
  return `[${Array.from({ length }, () => value(items, random, depth + 1)).join(', ')}]`;
}

function integer({ minimum = 0, maximum = 2 ** 31 - 1, examples }: JsonSchema, random: Random): number {
  const example = examples?.filter((one) => typeof one === 'number') ?? [];
  if (example.length > 0 && random.chance(0.5)) return random.pick(example);
  return random.pick([
    minimum,
    maximum,
    minimum + 1,
    maximum - 1,
    minimum - 1,
    maximum + 1,
    minimum + random.below(Math.min(maximum - minimum, 1000) + 1),
  ]);
}

/** An example is right more often than anything made up; names are those of other places. */
function text({ enum: words, examples, pattern }: JsonSchema, random: Random): string {
  if (words !== undefined) return random.pick(words);
  const example = examples?.filter((one) => typeof one === 'string') ?? [];
  if (example.length > 0 && random.chance(0.7)) return random.pick(example);
  if (random.chance(0.6)) return random.pick(NAMES_IN_USE);
  if (random.chance(0.3))
    return random.pick([
      'a:eth1',
      'b:eth1',
      'host:x0',
      '10.1.0.2',
      '10.1.0.0/24',
      'fd01::2/64',
      '8080:80',
      '5353:53/udp',
      '02:00:00:00:00:05',
    ]);
  return pattern === undefined ? random.pick(NAMES) : random.pick([...NAMES_IN_USE, 'eth7', '65001:1']);
}
