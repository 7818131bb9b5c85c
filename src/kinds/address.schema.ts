import type { JsonSchema } from '../model/json-schema.js';

export const ipv4AddressSchema: JsonSchema = {
  type: 'string',
  description:
    'IPv4 address on this network, without a prefix length: that is the subnet’s. Without it an address is chosen by a hash of the names of lab, network and node, so that adding a node moves nobody else’s.',
  examples: ['172.28.0.10'],
};

export const ipv6AddressSchema: JsonSchema = {
  type: 'string',
  description:
    'IPv6 address on this network, without a prefix length: that is the subnet’s. Without it an address is chosen in the same way as for IPv4.',
  examples: ['fd61::10'],
};

export const addressesSchema: JsonSchema = {
  type: ['array', 'null'],
  items: { type: 'string', description: 'An IPv4 or IPv6 address with its prefix length.', examples: ['10.0.0.1/30'] },
  description: 'Addresses of the interface, each with its prefix length, besides those that a network or a link gives it.',
  examples: [['10.0.0.1/32', 'fd00::1/128']],
};
