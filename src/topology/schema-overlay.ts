/** Keys of networks that span hosts, in JSON Schema. */
import type { JsonSchema } from '../model/json-schema.js';

export const underlaySchema: JsonSchema = {
  type: ['string', 'array'],
  minItems: 1,
  items: { type: 'string', description: 'A network that hosts are on.' },
  description:
    'For drivers that span hosts: the network that carries this one between its hosts, or a list of which each host takes the first that it is on. Default: the one that all of its hosts share.',
  examples: ['lan', ['rack1', 'rack2']],
};

export const vniSchema: JsonSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 16777215,
  description:
    'Number of the virtual network in the packets between hosts. Default: derived from the names of lab and network; 1 for `flannel`.',
  examples: [4097],
};

export const tunnelPortSchema: JsonSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 65535,
  description: 'UDP port of the packets between hosts. Default: 4789 for `vxlan`, 6784 for `weave`, 8472 for `flannel`.',
  examples: [4789],
};
