/** Keys of networks of driver calico, and the labels of nodes, in JSON Schema. */
import type { JsonSchema } from '../model/json-schema.js';

const labels = (description: string): JsonSchema => ({
  type: ['object', 'null'],
  description,
  additionalProperties: { type: ['string', 'integer', 'boolean'], description: 'Value of the label.', examples: ['web'] },
  examples: [{ app: 'web' }],
});

export const labelsSchema: JsonSchema = labels('Labels, by name: the `policy` of a calico network chooses nodes by them.');

const selector = (description: string): JsonSchema => ({
  ...labels(`${description} Nodes that have all of these labels; \`{}\` is all nodes of the network.`),
});

const port: JsonSchema = {
  type: 'string',
  pattern: '^((tcp|udp)(/[0-9]{1,5}(-[0-9]{1,5})?)?|icmp)$',
  'x-expected': 'tcp/PORT, udp/PORT, tcp/FROM-TO, or tcp, udp, icmp for all of a protocol',
  description: '`tcp/5432`, `udp/53`, `tcp/8000-8010`; `tcp`, `udp` and `icmp` are the whole protocol.',
  examples: ['tcp/5432'],
};

const policyRule: JsonSchema = {
  type: 'object',
  description: 'What the nodes that `to` chooses take. They take nothing else but what other rules for them allow.',
  required: ['to'],
  additionalProperties: false,
  examples: [{ to: { app: 'db' }, from: [{ app: 'web' }], ports: ['tcp/5432'] }],
  properties: {
    to: selector('The nodes that the rule is for.'),
    from: {
      type: ['array', 'null'],
      description: 'Who may send: nodes by their labels, addresses as CIDRs. Default: everybody. An empty list: nobody.',
      items: {
        type: ['object', 'string', 'null'],
        description: 'Labels that the sending nodes have (`{}`: all nodes of the network), or a CIDR.',
        additionalProperties: { type: ['string', 'integer', 'boolean'], description: 'Value of the label.', examples: ['web'] },
        examples: [{ app: 'web' }, '192.168.50.0/24'],
      },
      examples: [[{ app: 'web' }, '192.168.50.0/24']],
    },
    ports: { type: ['array', 'null'], description: 'Default: everything.', items: port, examples: [['tcp/5432', 'icmp']] },
  },
};

export const calicoSchemas: { readonly [key: string]: JsonSchema } = {
  block_size: {
    type: 'integer',
    minimum: 20,
    maximum: 32,
    default: 26,
    description:
      'calico: prefix length of the blocks that hosts get of the subnet; of an IPv6 subnet 96 more, so that a block has as many addresses. A host whose nodes fill a block gets another.',
    examples: [26],
  },
  bgp: {
    type: ['object', 'null'],
    description: 'calico: how the hosts tell each other their blocks.',
    additionalProperties: false,
    properties: {
      asn: {
        type: 'integer',
        minimum: 1,
        maximum: 4294967294,
        default: 64512,
        description: 'Number of the autonomous system that the hosts are.',
        examples: [64512],
      },
      mesh: { type: 'string', enum: ['full'], default: 'full', description: '`full`: every host has a session with every other one.' },
      route_reflectors: {
        type: ['array'],
        minItems: 1,
        items: { type: 'string', description: 'Name of a host.', examples: ['h1'] },
        description: 'Hosts that pass on what they learn, instead of a full mesh: the others have sessions with these only.',
        examples: [['h1', 'h2']],
      },
    },
    examples: [{ asn: 64512, mesh: 'full' }, { route_reflectors: ['h1', 'h2'] }],
  },
  policy: {
    type: ['array', 'null'],
    description:
      'calico: what nodes take from others. A node that no rule chooses takes everything; one that is chosen takes what its rules allow. Answers, and what its own host sends, always get through.',
    items: policyRule,
    examples: [[{ to: { app: 'db' }, from: [{ app: 'web' }], ports: ['tcp/5432'] }]],
  },
};
