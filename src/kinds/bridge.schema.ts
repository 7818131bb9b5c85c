import type { JsonSchema } from '../model/json-schema.js';

export const bridgeNameSchema: JsonSchema = {
  type: 'string',
  description:
    'Name of the bridge in the kernel, at most 15 bytes. Default: `br-` and 8 hex digits of a hash of lab and network; the readable name is then an altname, `topo.LAB.NETWORK`.',
  examples: ['br-demo'],
};
