/** Keys that say what may become of things that are there already, in JSON Schema. */
import type { JsonSchema } from '../model/json-schema.js';

const protect = (what: string, destroying: string): JsonSchema => ({
  type: 'boolean',
  default: false,
  description: `A plan that would ${destroying} is an error, \`topo destroy\` too. The kernel remembers it: ${what} stays protected until a file with \`protect: false\` has been applied.`,
});

export const protectNodeSchema = protect('a node that is taken out of the file', 'destroy or replace the node');
export const protectNetworkSchema = protect('a network that is taken out of the file', 'destroy or replace the network');
export const protectLabSchema = protect('the lab', 'destroy the lab as a whole');

const subject = (description: string, example: string): JsonSchema => ({
  type: 'string',
  pattern: '^(nodes|hosts|networks)\\.[a-z0-9][a-z0-9_-]{0,62}$',
  'x-expected': 'nodes.NAME, hosts.NAME or networks.NAME',
  description,
  examples: [example],
});

export const movedSchema: JsonSchema = {
  type: ['array', 'null'],
  description:
    'Nodes, hosts and networks that had another name: they are renamed in place, and keep what they have, instead of being destroyed and made anew. Where there is nothing of the former name, it says nothing.',
  examples: [[{ from: 'nodes.a', to: 'nodes.b' }]],
  items: {
    type: 'object',
    required: ['from', 'to'],
    additionalProperties: false,
    properties: {
      from: subject('What it was called.', 'nodes.a'),
      to: subject('What it is called in this file.', 'nodes.b'),
    },
  },
};

const includedPath: JsonSchema = {
  type: 'string',
  description: 'A file in the folder of this one, or below that of the lab’s first file.',
  examples: ['networks.yaml'],
};

export const includeSchema: JsonSchema = {
  type: ['string', 'array', 'null'],
  items: includedPath,
  description:
    'Other files whose networks, nodes, hosts, groups, links and moves belong to the lab too: one path or a list, relative to this file. A name that is defined twice is an error.',
  examples: ['networks.yaml', ['networks.yaml', 'racks/one.yaml']],
};
