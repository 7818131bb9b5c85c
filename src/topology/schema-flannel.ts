/** Keys of the driver `flannel`, in JSON Schema. */
import type { JsonSchema } from '../model/json-schema.js';

export const flannelSchemas: { readonly [key: string]: JsonSchema } = {
  backend: {
    type: 'string',
    enum: ['vxlan', 'host-gw'],
    default: 'vxlan',
    description:
      'For `flannel`: how packets go from host to host. `vxlan`: in VXLAN, wherever the hosts are. `host-gw`: as they are, by a route to the other host, which has to be on the same network.',
  },
  direct_routing: {
    type: 'boolean',
    default: false,
    description: 'For `flannel` with the backend `vxlan`: hosts on one network reach each other by plain routes, all others by VXLAN.',
  },
  subnet_len: {
    type: 'integer',
    minimum: 1,
    maximum: 30,
    default: 24,
    description: 'For `flannel`: prefix length of the subnet that each host gets.',
    examples: [26],
  },
  host_subnets: {
    type: ['object', 'null'],
    description:
      'For `flannel`: subnets of hosts, by name; `host` is the machine itself. A host that is named here is part of the network even without nodes. All others get one by a hash of the names of lab, network and host, out of `ip_range`, or of the whole subnet.',
    additionalProperties: { type: 'string', description: 'A CIDR within the network’s subnet, with the prefix length `subnet_len`.' },
    examples: [{ h1: '10.244.1.0/24', h2: '10.244.2.0/24' }],
  },
};
