/** The language in JSON Schema 2020-12, put together from the fragments of networks, nodes and kinds. */
import { interfaceNameSchema, linkStateSchema, macAddressSchema, mtuSchema } from '../kinds/link.schema.js';
import { rateSchema } from '../kinds/rate.schema.js';
import type { JsonSchema } from '../model/json-schema.js';
import { includeSchema, movedSchema, protectLabSchema } from './schema-life.js';
import { networkSchema } from './schema-network.js';
import { nodeSchema, sharedSettings } from './schema-node.js';

/** Of labs: part of names in the kernel, so it is short. */
export const LAB_NAME = '^[a-z][a-z0-9-]{0,29}$';

const names: JsonSchema = {
  type: 'string',
  pattern: '^[a-z0-9][a-z0-9_-]{0,62}$',
  'x-expected': 'small letters, digits, - and _, beginning with a letter or digit, at most 63',
};

const linkAddress = (family: string, example: string): JsonSchema => ({
  type: 'string',
  description: `${family} address of this end with its prefix length.`,
  examples: [example],
});

const endpoint: JsonSchema = {
  type: ['string', 'object'],
  description: 'One end of the link: `NODE:INTERFACE`, or the long form. The node `host` is the host’s own namespace.',
  examples: ['a:eth1', { node: 'a', interface: 'eth1', ipv4_address: '10.0.0.1/30' }],
  required: ['node', 'interface'],
  additionalProperties: false,
  properties: {
    node: {
      type: 'string',
      description: 'Name of a node or of a simulated host, or `host` for the host’s own namespace.',
      examples: ['a'],
    },
    interface: { ...interfaceNameSchema, description: 'Name of the interface in the node, at most 15 bytes.', examples: ['eth1'] },
    ipv4_address: linkAddress('IPv4', '10.0.0.1/30'),
    ipv6_address: linkAddress('IPv6', 'fd00::1/64'),
    mac_address: macAddressSchema,
    rate: { ...rateSchema, description: `${rateSchema.description} Of this end alone; default: that of the link.` },
  },
};

const linkSchema: JsonSchema = {
  type: 'object',
  description: 'A cable between two nodes: a veth pair.',
  required: ['endpoints'],
  additionalProperties: false,
  examples: [{ endpoints: ['a:eth1', 'b:eth1'] }],
  properties: {
    endpoints: { type: 'array', items: endpoint, minItems: 2, maxItems: 2, description: 'The two ends.', examples: [['a:eth1', 'b:eth1']] },
    mtu: { ...mtuSchema, default: 1500 },
    state: linkStateSchema,
    rate: { ...rateSchema, description: `${rateSchema.description} Each end for itself; default: no limit.` },
  },
};

export type SchemaDocument = JsonSchema & {
  readonly $schema: string;
  readonly title: string;
  readonly $defs: { readonly [name: string]: JsonSchema };
};

/** What files are validated against, after variables have been replaced. */
export function topologySchema(): SchemaDocument {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Topology of a lab of topo',
    description: 'A network lab: networks, nodes and links. `topo apply` makes the kernel match it.',
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: {
      name: {
        type: 'string',
        pattern: LAB_NAME,
        'x-expected': 'small letters, digits and -, beginning with a letter, at most 30',
        description: 'Name of the lab, unique on the machine: small letters, digits and -, at most 30.',
        examples: ['shop'],
      },
      protect: protectLabSchema,
      networks: {
        type: ['object', 'null'],
        description: 'Networks, by name.',
        propertyNames: names,
        additionalProperties: { $ref: '#/$defs/network' },
        examples: [{ front: { subnet: '172.28.0.0/24' } }],
      },
      nodes: {
        type: ['object', 'null'],
        description: 'Nodes, by name. The name `host` is reserved: it means the host’s own namespace.',
        propertyNames: names,
        additionalProperties: { $ref: '#/$defs/node' },
        examples: [{ web: { networks: ['front'] } }],
      },
      hosts: {
        type: ['object', 'null'],
        description:
          'Simulated machines, by name: each is a namespace with all the keys of a node, attached to networks as a node is. The bridges, rules, published ports and DNS servers of the nodes that name it (`host`) are made in it, and it forwards for them. `defaults` are not for hosts; a `group` that they name is.',
        propertyNames: names,
        additionalProperties: { $ref: '#/$defs/node' },
        examples: [{ h1: { networks: { lan: '192.168.50.11' } } }],
      },
      include: includeSchema,
      moved: movedSchema,
      links: { type: ['array', 'null'], description: 'Cables between two nodes each.', items: { $ref: '#/$defs/link' } },
      groups: {
        type: ['object', 'null'],
        description:
          'Settings of the nodes and hosts that name the group (`group`) and do not say otherwise: mappings are merged key by key, lists are replaced. They are stronger than `defaults`.',
        propertyNames: names,
        additionalProperties: sharedSettings('A group: any key of a node but `group`.'),
        examples: [{ routers: { forwarding: true } }],
      },
      defaults: sharedSettings(
        'Settings of every node that does not say otherwise, nor its group: mappings are merged key by key, lists are replaced.',
      ),
    },
    patternProperties: { '^x-': { description: 'Free for your own use, such as anchors for reuse: topo does not read it.' } },
    $defs: { network: networkSchema, node: nodeSchema, link: linkSchema },
  };
}
