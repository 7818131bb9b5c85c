import type { JsonSchema } from '../model/json-schema.js';

/** Attributes that every link of the kernel has, as keys of the file. */

export const mtuSchema: JsonSchema = {
  type: 'integer',
  minimum: 68,
  maximum: 65535,
  description: 'Largest packet that the link carries, in bytes, from 68 to 65535; at least 1280 where there is an IPv6 address.',
  examples: [1400, 9000],
};

export const macAddressSchema: JsonSchema = {
  type: 'string',
  description:
    'MAC address of the interface: six hexadecimal bytes with colons, not a group address. Without it the address is derived from the names of lab, node and interface, and is the same on every machine.',
  examples: ['02:42:ac:11:00:02'],
};

export const linkStateSchema: JsonSchema = {
  type: 'string',
  enum: ['up', 'down'],
  default: 'up',
  description: 'Whether the link is switched on. `down` is a cable that is cut: the link stays, and carries nothing.',
};

export const interfaceNameSchema: JsonSchema = {
  type: 'string',
  description:
    'Name of an interface in the kernel: 1 to 15 bytes, without slash, colon, quote, backslash, *, ? and white space, and no - at its beginning.',
  examples: ['eth0'],
};
