/** `networks.NAME` in JSON Schema. */
import { bridgeNameSchema } from '../kinds/bridge.schema.js';
import { mtuSchema } from '../kinds/link.schema.js';
import { macvlanSchemas } from '../kinds/macvlan.schema.js';
import { networkDnsSchema } from '../kinds/names.schema.js';
import { DRIVERS } from '../model/driver.js';
import type { JsonSchema } from '../model/json-schema.js';
import { flannelSchemas } from './schema-flannel.js';
import { calicoSchemas } from './schema-calico.js';
import { protectNetworkSchema } from './schema-life.js';
import { tunnelPortSchema, underlaySchema, vniSchema } from './schema-overlay.js';

const subnet: JsonSchema = { type: 'string', description: 'A CIDR without host bits.', examples: ['172.28.0.0/24', 'fd61::/64'] };

const ipam: JsonSchema = {
  type: 'object',
  description: 'Subnets in the way of Compose; the same as `subnet`, `gateway` and `ip_range`.',
  required: ['config'],
  additionalProperties: false,
  properties: {
    config: {
      type: 'array',
      minItems: 1,
      description: 'One member for each subnet: at most one IPv4 and one IPv6.',
      items: {
        type: 'object',
        required: ['subnet'],
        additionalProperties: false,
        properties: {
          subnet,
          gateway: {
            type: 'string',
            description: 'Address of the host on the bridge. Default: the first address of the subnet.',
            examples: ['172.28.0.1'],
          },
          ip_range: {
            type: 'string',
            description: 'Where automatic addresses come from: a CIDR within the subnet.',
            examples: ['172.28.0.128/25'],
          },
        },
      },
    },
  },
};

export const networkSchema: JsonSchema = {
  type: ['object', 'null'],
  description:
    'A network: a bridge of the host to which nodes are attached, or a LAN that the host is on. Every key has a default, so `front: {}` is a working network.',
  additionalProperties: false,
  properties: {
    driver: {
      type: 'string',
      enum: Object.keys(DRIVERS),
      default: 'bridge',
      description:
        'What the network is made of. `bridge`: a bridge on the host, as Docker’s default networks are. `vxlan`: a bridge on each host that its nodes live on, with VXLAN between them, as Docker’s overlay networks. `weave`: the same in the way of Weave Net, where hosts learn from each other where nodes are. `flannel`: a bridge with a subnet of its own on each host, and routes between them, as flannel makes them. `macvlan`: interfaces of their own on the wire of one of the host’s (`parent`): the nodes are on its LAN. `calico`: no bridge and no tunnel, a route to each node, and BGP between the hosts.',
    },
    subnet: {
      type: ['string', 'array'],
      minItems: 1,
      items: subnet,
      description:
        'The network’s CIDR, or a list of at most one IPv4 and one IPv6 CIDR. Default: a /22 of 10.128.0.0/9, chosen by a hash of the names of lab and network.',
      examples: ['172.28.0.0/24', ['10.61.0.0/24', 'fd61::/64']],
    },
    ipam,
    gateway: {
      type: ['string', 'array'],
      minItems: 1,
      items: { type: 'string', description: 'An address of the host, one for each subnet.' },
      description:
        'Where nodes send what is not for their own network. An address per subnet: the host’s, on the bridge (default: the first host address). The name of a node: that node is the router, and the bridge has no address and no NAT. `none`: no default route.',
      examples: ['172.28.0.1', 'router', 'none'],
    },
    ip_range: {
      type: ['string', 'array'],
      minItems: 1,
      items: { type: 'string', description: 'A CIDR within a subnet of the network.' },
      description:
        'Where automatic addresses come from: a CIDR within the subnet, or a list with one for each subnet. Default: the whole subnet.',
      examples: ['172.28.0.128/25'],
    },
    mtu: {
      ...mtuSchema,
      default: 1500,
      description:
        'MTU of the bridge and of both ends of every veth, in bytes. Default of networks that span hosts: what fits in a packet of the underlay, which is 1450 for `vxlan` on a network of 1500; of `macvlan`: the parent’s.',
    },
    masquerade: {
      type: ['boolean', 'string'],
      default: true,
      description: 'Packets that leave the host get the host’s source address. An address instead of true: they get this one.',
      examples: [true, false, '192.0.2.1'],
    },
    internal: {
      type: 'boolean',
      default: false,
      description: 'No way out: no default route, no masquerade, traffic in and out is dropped.',
    },
    icc: {
      type: 'boolean',
      default: true,
      description:
        'Nodes of this network may talk to each other. `false`: only to the host, to the world and to published ports (a node that is the gateway is reached as well).',
    },
    antispoof: {
      type: 'boolean',
      default: false,
      description:
        'The host drops what comes from this network with a source address that it would not answer by the same bridge: packets of other networks and of the world. A neighbour’s address is not found out.',
    },
    isolated: {
      type: 'boolean',
      default: true,
      description: 'Other networks of the host cannot reach this one, as with Docker’s networks.',
    },
    ...calicoSchemas,
    dns: networkDnsSchema,
    ...macvlanSchemas,
    bridge_name: bridgeNameSchema,
    underlay: underlaySchema,
    vni: vniSchema,
    port: tunnelPortSchema,
    ...flannelSchemas,
    protect: protectNetworkSchema,
    external: {
      type: 'boolean',
      default: false,
      description:
        'The bridge `bridge_name` exists already and is somebody else’s: nodes are attached to it, and nothing else of it is touched. Such a network has a default route only if `gateway` is written.',
    },
  },
};
