import type { JsonSchema } from '../model/json-schema.js';

export const sysctlsSchema: JsonSchema = {
  type: ['object', 'null'],
  description:
    'Kernel settings of the node’s namespace: `net.*` keys with dots, as `sysctl` takes them (a dot in an interface’s name is written as a slash). Removing a key puts the former value back.',
  examples: [{ 'net.ipv4.conf.all.rp_filter': 2 }],
  propertyNames: {
    type: 'string',
    pattern: '^net(?:\\.[A-Za-z0-9_@-]+(?:/[A-Za-z0-9_@-]+)*)+$',
    'x-expected': 'a key below net., such as net.ipv4.conf.all.rp_filter',
  },
  additionalProperties: { type: ['string', 'integer', 'boolean'], description: 'Value of the setting; true and false are 1 and 0.' },
};
