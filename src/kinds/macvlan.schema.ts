import type { JsonSchema } from '../model/json-schema.js';

/** Keys of a network with `driver: macvlan`. */
export const macvlanSchemas: { readonly [key: string]: JsonSchema } = {
  parent: {
    type: 'string',
    description:
      'With `driver: macvlan`: the interface of the host (of the simulated host that a node lives on) whose wire the nodes share. Nothing of it is changed.',
    examples: ['eth0'],
  },
  mode: {
    type: 'string',
    enum: ['bridge', 'private', 'vepa', 'passthru'],
    default: 'bridge',
    description:
      'With `driver: macvlan`. `bridge`: nodes reach each other and the LAN. `private`: only the LAN. `vepa`: each other only through a switch that sends frames back. `passthru`: one node has the parent for itself, with its MAC address.',
  },
  host_shim: {
    type: ['boolean', 'string'],
    default: false,
    description:
      'With `driver: macvlan`: the host gets an interface of its own on the network and a route to each node, so that the two reach each other, which the kernel does not let them do otherwise. True: with an automatic address. An address instead of true: with this one.',
    examples: [true, '192.168.1.200'],
  },
};
