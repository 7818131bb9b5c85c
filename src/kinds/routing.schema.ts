import type { JsonSchema } from '../model/json-schema.js';

const asn: JsonSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 4294967294,
  description: 'Number of the autonomous system.',
  examples: [65001],
};

const quad = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}';

/** 0.0.0.0 is no router's (RFC 6286, 2.1; RFC 2328, C.1). */
const routerId = `^(?!0\\.0\\.0\\.0$)${quad}$`;

const redistribute: JsonSchema = {
  type: ['array', 'null'],
  items: { type: 'string', enum: ['connected', 'static', 'kernel', 'bgp', 'ospf'], description: 'Where the routes come from.' },
  description:
    'Other routes that are announced too: `connected`, the subnets of the node’s addresses; `static`, those of `routing.static`; `kernel`, the node’s own `routes`; `bgp` and `ospf`, what the other protocol has learned. Default: none.',
  examples: [['connected', 'static']],
};

const seconds = (description: string, fallback: number | undefined, minimum: number, example: number): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum: 65535,
  ...(fallback === undefined ? {} : { default: fallback }),
  description,
  examples: [example],
});

const flag = (description: string): JsonSchema => ({ type: 'boolean', default: false, description });

const neighbor: JsonSchema = {
  type: ['string', 'object'],
  description:
    'A router to exchange routes with: a node’s name or an address, or the long form. The other side must name this node as well.',
  examples: ['spine1', { peer: 'spine1', asn: 65000 }, { peer: '192.0.2.1', asn: 64512 }],
  required: ['peer'],
  additionalProperties: false,
  properties: {
    peer: {
      type: 'string',
      description:
        'A node’s name, or an address. For a name the session goes over the network or the link that the two share, one for each family in which both have an address there.',
      examples: ['spine1', '192.0.2.1'],
    },
    asn: { ...asn, description: 'The peer’s autonomous system. Default: what the peer’s own `routing.bgp.asn` says.' },
    address: {
      type: 'string',
      description:
        'Which address of the peer, where its name does not say it: the two share several networks or links, or the session goes to an address of its lo.',
      examples: ['10.0.0.2'],
    },
    source_address: {
      type: 'string',
      description: 'The node’s own address of the session. Default: the one in the peer’s subnet, otherwise the first of its lo.',
      examples: ['10.0.0.1'],
    },
    next_hop_self: flag(
      'Routes are announced with the node itself as the next hop: within one autonomous system, of routes learned from outside.',
    ),
    route_reflector_client: flag(
      'The node is a route reflector, and the peer, of the same autonomous system, its client: what it learns from it goes to the others too.',
    ),
    multihop: {
      type: 'integer',
      minimum: 1,
      maximum: 255,
      description:
        'The peer may be so many hops away. Default: 1 for an address in a subnet of the node, and no limit for another address of a node.',
      examples: [2],
    },
    passive: flag('The node waits for the peer to connect.'),
    bfd: flag('The session ends within a second when the peer does not answer any more (BFD); both sides need it.'),
    password: {
      type: 'string',
      pattern: '^[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]{1,80}$',
      'x-expected': 'at most 80 printable characters without " and \\',
      'x-sensitive': true,
      description: 'Password of the session (TCP MD5), the same on both sides. No report shows it.',
      examples: ['secret'],
    },
    hold_time: seconds('After so many seconds without a word from the peer the session ends.', 90, 3, 9),
    keepalive: seconds('A word to the peer every so many seconds. Default: a third of the hold time.', undefined, 1, 3),
  },
};

const bgp: JsonSchema = {
  type: 'object',
  description: 'BGP: what is learned from one neighbor is told the others.',
  required: ['asn'],
  additionalProperties: false,
  examples: [{ asn: 65001, neighbors: ['spine1', 'spine2'], networks: ['10.1.0.0/24'] }],
  properties: {
    asn,
    neighbors: {
      type: ['array', 'null'],
      items: neighbor,
      description: 'Routers to exchange routes with.',
      examples: [['spine1', 'spine2']],
    },
    networks: {
      type: ['array', 'null'],
      items: { type: 'string', description: 'A CIDR, or an address (a route to this one host).', examples: ['10.1.0.0/24'] },
      description: 'Prefixes that the node announces: subnets of its addresses, routes of `routing.static` or of `routes`.',
      examples: [['10.1.0.0/24', '10.0.0.1/32']],
    },
    redistribute,
    cluster_id: {
      type: 'string',
      pattern: routerId,
      'x-expected': 'a number in the form of an IPv4 address, and not 0.0.0.0',
      description: 'Which cluster a route reflector serves; reflectors of one cluster have the same. Default: the router’s identifier.',
      examples: ['10.0.0.100'],
    },
  },
};

const ospfInterface: JsonSchema = {
  type: ['object', 'null'],
  description: 'Settings of OSPF on this interface.',
  additionalProperties: false,
  examples: [{ cost: 100 }],
  properties: {
    cost: { type: 'integer', minimum: 1, maximum: 65535, default: 10, description: 'What it costs to leave by it.', examples: [100] },
    passive: { type: 'boolean', description: 'Its subnets are announced, and no neighbors are looked for. Default: true for lo.' },
    type: {
      type: 'string',
      enum: ['point-to-point', 'broadcast'],
      description: 'How neighbors are found; both sides need the same. Default: point-to-point on a link, broadcast on a network.',
    },
    hello: seconds('Seconds between two words to the neighbors; both sides need the same.', 10, 1, 1),
    dead: seconds(
      'After so many seconds without a word a neighbor is gone; both sides need the same. Default: four times `hello`.',
      undefined,
      2,
      4,
    ),
    bfd: flag('A neighbor is gone within a second when it does not answer any more (BFD); both sides need it.'),
  },
};

const ospf: JsonSchema = {
  type: 'object',
  description: 'OSPF: version 2 for IPv4, version 3 for IPv6 where an interface has an IPv6 address.',
  required: ['areas'],
  additionalProperties: false,
  examples: [{ areas: { 0: ['lo', 'eth1', 'eth2'] } }],
  properties: {
    areas: {
      type: 'object',
      description:
        'Area → its interfaces: a list of names, or name → settings. The area is a number or has the form of an IPv4 address; 0 is the backbone.',
      examples: [{ 0: ['lo', 'eth1'] }, { 0: { eth1: { hello: 1, dead: 4 } } }],
      propertyNames: { pattern: `^(\\d{1,9}|${quad})$`, 'x-expected': 'a number, or the form of an IPv4 address' },
      additionalProperties: {
        type: ['array', 'object', 'null'],
        description: 'Interfaces of the area.',
        items: { type: 'string', description: 'Name of an interface of the node.', examples: ['eth1'] },
        additionalProperties: ospfInterface,
        examples: [['lo', 'eth1']],
      },
    },
    redistribute,
  },
};

const staticRoute: JsonSchema = {
  type: 'object',
  description: 'A route of the daemon’s own: it can be announced, and goes when its next router is out of reach.',
  required: ['to'],
  additionalProperties: false,
  examples: [
    { to: '10.9.0.0/16', via: '10.1.0.2' },
    { to: '10.8.0.0/16', type: 'blackhole' },
  ],
  properties: {
    to: { type: 'string', description: 'Destination: `default`, a CIDR, or an address.', examples: ['10.9.0.0/16', 'default'] },
    via: {
      type: ['string', 'array'],
      minItems: 1,
      items: { type: 'string', description: 'Address of a router.', examples: ['10.1.0.2'] },
      description: 'Address of the next router, or a list of them that share the traffic.',
      examples: ['10.1.0.2', ['10.1.0.2', '10.2.0.2']],
    },
    type: {
      type: 'string',
      enum: ['unicast', 'blackhole', 'unreachable', 'prohibit'],
      default: 'unicast',
      description: 'As in `routes`. An aggregate that is announced is a blackhole: the more specific routes are taken before it.',
    },
  },
};

export const routingSchema: JsonSchema = {
  type: ['object', 'null'],
  description:
    'A routing daemon in the node: BIRD, which has to be installed on the machine. It is configured anew without losing its sessions when the file changes. The node needs `forwarding: true`, or an explicit `forwarding: false` if it only announces itself.',
  additionalProperties: false,
  examples: [{ bgp: { asn: 65001, neighbors: ['spine1'], networks: ['10.1.0.0/24'] } }, { ospf: { areas: { 0: ['lo', 'eth1', 'eth2'] } } }],
  properties: {
    router_id: {
      type: 'string',
      pattern: routerId,
      'x-expected': 'the form of an IPv4 address, and not 0.0.0.0',
      description:
        'Identifier of the router, in the form of an IPv4 address, unique in the lab. Default: the lowest IPv4 address of lo, otherwise of the other interfaces, otherwise one that is derived from the names of lab and node.',
      examples: ['10.0.0.1'],
    },
    multipath: { type: 'boolean', default: true, description: 'Several ways that are equally good share the traffic (ECMP).' },
    bgp,
    ospf,
    static: {
      type: ['array', 'null'],
      items: staticRoute,
      description: 'Static routes of the daemon.',
      examples: [[{ to: '10.8.0.0/16', type: 'blackhole' }]],
    },
  },
};
