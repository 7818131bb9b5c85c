import type { Network } from './topology.js';

/** The host has an address on the network, which is the nodes' gateway. */
export function isHosted({ driver, gateway, external }: Pick<Network, 'driver' | 'gateway' | 'external'>): boolean {
  return driver !== 'macvlan' && gateway.kind === 'host' && !external;
}
