import type { JsonSchema } from '../model/json-schema.js';

export const ruleSchema: JsonSchema = {
  type: 'object',
  description: 'A policy routing rule of the node, with the words of `ip rule`. Without `from` and `to` it holds for IPv4 and IPv6.',
  required: ['priority'],
  additionalProperties: false,
  examples: [{ from: '10.0.0.0/8', table: 100, priority: 1000 }],
  properties: {
    from: { type: 'string', description: 'Source of the packets: a CIDR, an address, or `all`.', examples: ['10.0.0.0/8'] },
    to: { type: 'string', description: 'Destination of the packets: a CIDR, an address, or `all`.', examples: ['192.168.0.0/16'] },
    iif: { type: 'string', description: 'Interface that the packets came in by; `lo` means those of the node itself.', examples: ['eth0'] },
    oif: { type: 'string', description: 'Interface that a socket is bound to.', examples: ['eth1'] },
    fwmark: { type: 'integer', minimum: 1, maximum: 4294967295, description: 'Firewall mark of the packets.', examples: [1] },
    table: {
      type: 'integer',
      minimum: 1,
      maximum: 4294967295,
      default: 254,
      description: 'Number of the routing table that is asked for packets that match; 254 is main.',
      examples: [100],
    },
    priority: {
      type: 'integer',
      minimum: 1,
      maximum: 32765,
      description: 'Rules are asked in the order of their priorities, low first. The kernel’s own stand at 0, 32766 and 32767.',
      examples: [1000],
    },
  },
};
