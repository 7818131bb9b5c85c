/** What to do about an error of which nothing more particular can be said. */
import type { Code } from './codes.js';

export const HINTS: Partial<Record<Code, string>> = {
  'address-outside-subnet': 'take one of the subnet, or none: then the node gets one of it',
  'alias-cycle': 'write in place of the alias what is meant',
  'bad-masquerade': 'give the network a subnet of that family, or remove the address',
  'bad-port': 'a range goes up: tcp/70-80',
  'bad-value': 'take one of those, or remove the key: the default is in the schema',
  'duplicate-key': 'remove one of the two, or give it a name of its own',
  'ip-range-outside-subnet': 'a part of the subnet: the same beginning, and a longer prefix length',
  'out-of-range': 'a number of that range, or no such key: then it is the default',
  'port-out-of-range': 'ports go from 1 to 65535',
  'route-family': 'both are of one family: two routes, if it is to be both',
  'wrong-length': 'add what is missing, or remove what is too much',
  'wrong-type': 'a list is [a, b], or a line with a - before each; a mapping is { key: value }, or a line for each; a text is in quotes',
  'yaml-syntax': 'an editor with a YAML mode shows how it reads the lines before this one',
  'yaml-too-deep': 'is there a bracket too many? No topology is that deep',
};
