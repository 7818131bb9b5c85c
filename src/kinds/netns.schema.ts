import type { JsonSchema } from '../model/json-schema.js';

export const netnsSchema: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$',
  'x-expected': 'letters, digits, dots, - and _, not beginning with a dot, at most 128',
  description: 'Name of the node’s network namespace, as `ip netns` shows it. Default: `LAB.NODE`.',
  examples: ['ns1'],
};
