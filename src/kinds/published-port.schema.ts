import type { JsonSchema } from '../model/json-schema.js';

export const publishedPortsSchema: JsonSchema = {
  type: ['array', 'null'],
  description:
    'Ports of the host that lead to the node, as in Compose. The source address of clients is kept. A port without a host port is refused: nothing is chosen at random.',
  examples: [['8080:80', '127.0.0.1:8443:443', '5000-5010:5000-5010/udp']],
  items: {
    type: ['string', 'integer', 'object'],
    description:
      '`[IP:]HOST:NODE[/PROTOCOL]`, each a port or a range `FROM-TO` of equal length; an IPv6 address stands in brackets. Or the long form.',
    examples: ['8080:80', '127.0.0.1:8080:80', '53:53/udp'],
    required: ['target', 'published'],
    additionalProperties: false,
    properties: {
      target: { type: ['integer', 'string'], description: 'Port in the node, or a range `FROM-TO`.', examples: [80] },
      published: {
        type: ['integer', 'string'],
        description: 'Port of the host, or a range `FROM-TO` as long as the target’s.',
        examples: [8080],
      },
      host_ip: {
        type: 'string',
        description: 'Address of the host on which the port is published. Default: all of them.',
        examples: ['127.0.0.1'],
      },
      protocol: { type: 'string', enum: ['tcp', 'udp'], default: 'tcp', description: 'Transport protocol.' },
    },
  },
};
