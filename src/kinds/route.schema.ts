import type { JsonSchema } from '../model/json-schema.js';

const routingTable: JsonSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 4294967295,
  default: 254,
  description: 'Number of the routing table; 254 is main, the one that is asked unless a rule says otherwise.',
  examples: [100],
};

export const routeSchema: JsonSchema = {
  type: 'object',
  description: 'A route of the node, with the words of `ip route`.',
  required: ['to'],
  additionalProperties: false,
  examples: [{ to: 'default', via: '10.1.0.2' }],
  properties: {
    to: {
      type: 'string',
      description: 'Destination: `default`, a CIDR, or an address (a route to this one host).',
      examples: ['default', '10.9.0.0/24', 'fd00::/8'],
    },
    type: {
      type: 'string',
      enum: ['unicast', 'blackhole', 'unreachable', 'prohibit'],
      default: 'unicast',
      description:
        'What happens to packets: `unicast` forwards them, `blackhole` drops them silently, `unreachable` and `prohibit` drop them and tell the sender.',
    },
    via: { type: 'string', description: 'Address of the next router. It must be on a link of the node.', examples: ['10.1.0.2'] },
    dev: {
      type: 'string',
      description: 'Interface of the node that packets leave by. Needed without `via`, or where `via` is link-local.',
      examples: ['eth1'],
    },
    nexthops: {
      type: 'array',
      minItems: 2,
      maxItems: 256,
      description: 'Several next routers at once, in place of `via` and `dev`: each flow takes one of them.',
      examples: [[{ via: '10.1.0.2', weight: 2 }, { via: '10.2.0.2' }]],
      items: {
        type: 'object',
        description: 'One of the next routers.',
        required: ['via'],
        additionalProperties: false,
        examples: [{ via: '10.1.0.2', weight: 2 }],
        properties: {
          via: { type: 'string', description: 'Address of the next router. It must be on a link of the node.', examples: ['10.1.0.2'] },
          dev: { type: 'string', description: 'Interface of the node. Needed where `via` is link-local.', examples: ['eth1'] },
          weight: {
            type: 'integer',
            minimum: 1,
            maximum: 256,
            default: 1,
            description: 'Its part of the flows, beside the weights of the others.',
            examples: [2],
          },
        },
      },
    },
    src: { type: 'string', description: 'Source address that the node prefers for packets on this route.', examples: ['10.0.0.1'] },
    metric: {
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      description: 'Among routes to one destination, the lowest metric wins. Default: 0 for IPv4, 1024 for IPv6, as in the kernel.',
      examples: [100],
    },
    table: routingTable,
    mtu: {
      type: 'integer',
      minimum: 68,
      // The kernel makes that of anything larger (`ip_metrics_convert`).
      maximum: 65520,
      description: 'MTU of the path, in bytes, from 68 to 65520, if it is smaller than the link’s.',
      examples: [1400],
    },
    onlink: {
      type: 'boolean',
      default: false,
      description: 'Take `via` for reachable on `dev` although no address of the node says so.',
    },
  },
};
