/** `nodes.NAME`, `hosts.NAME`, `groups.NAME` and `defaults` in JSON Schema. */
import { addressesSchema, ipv4AddressSchema, ipv6AddressSchema } from '../kinds/address.schema.js';
import { interfaceNameSchema, linkStateSchema, macAddressSchema, mtuSchema } from '../kinds/link.schema.js';
import { aliasesSchema, dnsSchema, dnsSearchSchema, extraHostsSchema, hostnameSchema } from '../kinds/names.schema.js';
import { neighbourSchema } from '../kinds/neighbour.schema.js';
import { netnsSchema } from '../kinds/netns.schema.js';
import { execSchema, runSchema } from '../kinds/process.schema.js';
import { publishedPortsSchema } from '../kinds/published-port.schema.js';
import { routeSchema } from '../kinds/route.schema.js';
import { routingSchema } from '../kinds/routing.schema.js';
import { ruleSchema } from '../kinds/rule.schema.js';
import { sysctlsSchema } from '../kinds/sysctl.schema.js';
import type { JsonSchema } from '../model/json-schema.js';
import { labelsSchema } from './schema-calico.js';
import { containerSchemas } from './schema-container.js';
import { protectNodeSchema } from './schema-life.js';
import { networkModeSchema } from './schema-network-mode.js';

const attachment: JsonSchema = {
  type: ['object', 'string', 'null'],
  description: 'The node’s interface on this network. An address alone is short for `{ipv4_address: …}` or `{ipv6_address: …}`.',
  examples: [{}, '172.28.0.10', { ipv4_address: '172.28.0.10', gw_priority: 1 }],
  additionalProperties: false,
  properties: {
    ipv4_address: ipv4AddressSchema,
    ipv6_address: ipv6AddressSchema,
    mac_address: macAddressSchema,
    interface_name: {
      ...interfaceNameSchema,
      description: 'Name of the interface inside the node, at most 15 bytes. Default: the next free of eth0, eth1 …, in the order written.',
    },
    host_interface: {
      ...interfaceNameSchema,
      description:
        'Name of the interface on the host, a port of the bridge, at most 15 bytes. Default: derived from the names of lab, node and network.',
      examples: ['veth0'],
    },
    gw_priority: {
      type: 'integer',
      minimum: -2147483648,
      maximum: 2147483647,
      default: 0,
      description:
        'The default route goes to the network with the highest number, then to one that is not internal, then to the first written.',
      examples: [1],
    },
    aliases: aliasesSchema,
  },
};

const interfaceSettings: JsonSchema = {
  type: ['object', 'null'],
  description: 'Settings of an interface that a network or a link makes, or of lo.',
  additionalProperties: false,
  properties: { addresses: addressesSchema, mtu: mtuSchema, state: linkStateSchema, mac_address: macAddressSchema },
};

export const nodeSchema: JsonSchema = {
  type: ['object', 'null'],
  description:
    'A node: a network namespace, a container that topo starts (`image`), or one that runs already (`container`). With no networks and no links it has only lo.',
  additionalProperties: false,
  properties: {
    networks: {
      type: ['array', 'object', 'null'],
      items: { type: 'string', description: 'Name of a network of this file.' },
      additionalProperties: attachment,
      description:
        'Networks that the node is attached to: a list of names, or name → settings of the interface. Interfaces are eth0, eth1 … in the order written.',
      examples: [['front', 'back'], { front: { ipv4_address: '172.28.0.10' }, back: {} }],
    },
    group: {
      type: 'string',
      description: 'The group (of `groups`) whose settings the node has wherever it does not say otherwise itself.',
      examples: ['routers'],
    },
    host: {
      type: 'string',
      description:
        'The simulated host (of `hosts`) that the node lives on: the bridges of its networks, their rules and the node’s published ports are in that host’s namespace, and `network_mode: host` means that one. Default: the machine itself.',
      examples: ['h1'],
    },
    labels: labelsSchema,
    network_mode: networkModeSchema,
    ...containerSchemas,
    netns: netnsSchema,
    protect: protectNodeSchema,
    ipv6: {
      type: 'boolean',
      default: true,
      description: 'false: IPv6 is switched off on interfaces that have no IPv6 address, as Docker does.',
    },
    forwarding: { type: 'boolean', default: false, description: 'The node routes packets between its interfaces, IPv4 and IPv6.' },
    interfaces: {
      type: ['object', 'null'],
      description: 'Interface name → settings of an interface that a network, a link or the kernel (lo) makes.',
      additionalProperties: interfaceSettings,
      examples: [{ lo: { addresses: ['10.0.0.1/32'] } }],
    },
    routes: {
      type: ['array', 'null'],
      items: routeSchema,
      description: 'Routes of the node, besides those that its networks and addresses make.',
    },
    rules: { type: ['array', 'null'], items: ruleSchema, description: 'Policy routing rules of the node.' },
    neighbours: { type: ['array', 'null'], items: neighbourSchema, description: 'Permanent entries of the neighbour table.' },
    routing: routingSchema,
    sysctls: sysctlsSchema,
    ports: publishedPortsSchema,
    run: runSchema,
    exec: execSchema,
    ignore: {
      type: ['array', 'null'],
      items: { type: 'string', description: 'A name, in which * stands for any run of characters.', examples: ['tun*'] },
      description: 'Interfaces inside the node that are somebody else’s, such as a VPN program’s: topo leaves them alone.',
      examples: [['tun*', 'wg0']],
    },
    hostname: hostnameSchema,
    extra_hosts: extraHostsSchema,
    dns: dnsSchema,
    dns_search: dnsSearchSchema,
  },
};

/** What several nodes have in common is what one may have, but for the name of a group. */
export const sharedSettings = (description: string): JsonSchema => ({
  $ref: '#/$defs/node',
  description,
  properties: { group: { type: 'null', description: 'Not here: a group is named by a node or a host, each by itself.' } },
});
