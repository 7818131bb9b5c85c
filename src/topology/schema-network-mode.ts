import type { JsonSchema } from '../model/json-schema.js';

export const networkModeSchema: JsonSchema = {
  type: 'string',
  pattern: '^(?:none|host|node:[a-z0-9][a-z0-9_-]{0,62}|container:[a-zA-Z0-9][a-zA-Z0-9_.-]*)$',
  'x-expected': 'none, host, node:NODE or container:NAME',
  description:
    'Whose network namespace the node lives in. `none`: its own, with only lo (`networks`, links and `ports` are refused). `host`: that of the host that it lives on. `node:NODE`: that of another node of this file. `container:NAME`: that of a running container. With the last three, keys that describe a namespace are refused.',
  examples: ['none', 'host', 'node:web', 'container:db'],
};
