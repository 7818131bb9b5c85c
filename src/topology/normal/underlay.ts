/** Keys of networks that span hosts, and the MTU that comes from what carries them. */
import { DRIVERS, overheadOf } from '../../model/driver.js';
import type { Network, Topology } from '../../model/topology.js';
import { underlayOf } from '../../model/underlay.js';
import type { Mapping } from '../tree.js';
import { numberAt, placeOf, stringAt, textsAt, type Reading } from './read.js';

export const DEFAULT_MTU = 1500;

export function readDriver(map: Mapping): Network['driver'] {
  const driver = stringAt(map, 'driver') ?? 'bridge';
  return driver in DRIVERS ? (driver as Network['driver']) : 'bridge';
}

export function readUnderlay(reading: Reading, map: Mapping): Network['underlay'] {
  const texts = textsAt(map, 'underlay');
  return texts.length === 0 ? undefined : texts.map(({ text, span }) => ({ name: text, at: placeOf(reading, span) }));
}

/** What the file leaves open is what the underlay leaves room for. */
export function withUnderlayMtus(topology: Topology, { origins }: Pick<Reading, 'origins'>): Topology {
  const open = (network: Network): boolean => {
    const origin = DRIVERS[network.driver].spans ? origins.get(network) : undefined;
    return origin?.kind === 'mapping' && numberAt(origin, 'mtu') === undefined;
  };
  if (!topology.networks.some(open)) return topology;
  const networks = topology.networks.map((network) => {
    const origin = origins.get(network);
    if (origin === undefined || !open(network)) return network;
    const underlay = underlayOf(topology, network);
    const mtu = underlay.kind === 'carried' ? underlay.mtu : DEFAULT_MTU - overheadOf(network, 4);
    const settled = { ...network, mtu };
    origins.set(settled, origin);
    return settled;
  });
  return { ...topology, networks };
}
