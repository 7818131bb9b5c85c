import type { Network } from './topology.js';

/** The host has an address on the network, which is the nodes' gateway. */
export function isHosted({ driver, gateway, external }: Pick<Network, 'driver' | 'gateway' | 'external'>): boolean {
  return driver !== 'macvlan' && gateway.kind === 'host' && !external;
}

/** The host forwards to its nodes, with rules for it. */
export function isForwardedTo(network: Network): boolean {
  return isHosted(network) && !network.internal;
}
