import type { JsonSchema } from '../model/json-schema.js';

/** A name of one label or of several, as programs look for it. */
const hostName = {
  type: 'string',
  pattern: '^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$',
  'x-expected': 'letters, digits, - and _, in parts of at most 63 with dots between',
} as const;

export const aliasesSchema: JsonSchema = {
  type: ['array', 'null'],
  items: { ...hostName, description: 'A name.', examples: ['db'] },
  description: 'Other names of the node on this network. Several nodes may share one: who looks for it finds all of their addresses.',
  examples: [['api', 'www.example.com']],
};

export const hostnameSchema: JsonSchema = {
  ...hostName,
  description:
    'The host name that programs in the node see, and one more name of it for others on its networks. What `ip netns exec` starts sees it in /etc/hostname alone. Default: the host’s own name.',
  examples: ['db1', 'db1.example.com'],
};

const address: JsonSchema = {
  type: 'string',
  description: 'An address, or `host-gateway`: the host’s own, as the node reaches it.',
  examples: ['10.0.0.5', 'host-gateway'],
};

export const extraHostsSchema: JsonSchema = {
  type: ['array', 'object', 'null'],
  description:
    'More names for the node’s hosts file, as in Compose: a list of `NAME:ADDRESS` or `NAME=ADDRESS`, or name → address or list of addresses. The address `host-gateway` is the host’s own, as the node reaches it.',
  examples: [['printer:192.0.2.7', 'backend=host-gateway'], { printer: ['192.0.2.7', '2001:db8::7'] }],
  items: { type: 'string', description: '`NAME:ADDRESS` or `NAME=ADDRESS`.', examples: ['printer:192.0.2.7', 'printer=[2001:db8::7]'] },
  propertyNames: hostName,
  additionalProperties: { type: ['string', 'array'], minItems: 1, items: address, description: 'An address, or a list of them.' },
};

export const dnsSchema: JsonSchema = {
  type: ['string', 'array', 'null'],
  items: { type: 'string', description: 'Address of a name server.', examples: ['192.0.2.53'] },
  description: 'Name servers for what is not the name of a node, instead of the host’s: an address or a list.',
  examples: ['192.0.2.53', ['192.0.2.53', '2001:db8::53']],
};

export const dnsSearchSchema: JsonSchema = {
  type: ['string', 'array', 'null'],
  items: { type: 'string', pattern: '^\\S+$', 'x-expected': 'a domain', description: 'A domain.', examples: ['example.com'] },
  pattern: '^\\S+$',
  'x-expected': 'a domain',
  description: 'Domains in which names without a dot are looked for, instead of the host’s: one or a list; `.` stands for none.',
  examples: ['example.com', ['example.com', 'example.net']],
};

export const networkDnsSchema: JsonSchema = {
  type: 'string',
  enum: ['hosts', 'server', 'none'],
  default: 'hosts',
  description:
    'How nodes find each other by name. `hosts`: by the file /etc/hosts that programs in the node see. `server`: by a DNS server on the gateway address as well (dnsmasq). `none`: not at all.',
};
