import type { JsonSchema } from '../model/json-schema.js';

export const neighbourSchema: JsonSchema = {
  type: 'object',
  description: 'A permanent entry of the node’s neighbour table (ARP, neighbour discovery): this address has this MAC address.',
  required: ['address', 'mac_address', 'dev'],
  additionalProperties: false,
  examples: [{ address: '10.0.0.9', mac_address: '02:00:00:00:00:09', dev: 'eth0' }],
  properties: {
    address: { type: 'string', description: 'IPv4 or IPv6 address of the neighbour.', examples: ['10.0.0.9'] },
    mac_address: { type: 'string', description: 'The neighbour’s MAC address.', examples: ['02:00:00:00:00:09'] },
    dev: { type: 'string', description: 'Interface of the node on which the neighbour is.', examples: ['eth0'] },
  },
};
