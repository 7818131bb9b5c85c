/** Keys of the driver `flannel`. */
import { FLANNEL_SUBNET, FLANNEL_SUBNET_LEN, type Flannel } from '../../model/flannel.js';
import type { Network, Subnet } from '../../model/topology.js';
import type { Mapping } from '../tree.js';
import { booleanAt, numberAt, pairsAt, placeOf, stringAt, textOf, type Reading } from './read.js';
import { readSubnet } from './values.js';

export function readFlannel(reading: Reading, map: Mapping, driver: Network['driver']): Flannel | undefined {
  if (driver !== 'flannel') return undefined;
  const flannel: Flannel = {
    backend: stringAt(map, 'backend') === 'host-gw' ? 'host-gw' : 'vxlan',
    directRouting: booleanAt(map, 'direct_routing') ?? false,
    subnetLen: numberAt(map, 'subnet_len') ?? FLANNEL_SUBNET_LEN,
    hostSubnets: pairsAt(map, 'host_subnets').flatMap(([host, { key, value }]) => {
      const cidr = readSubnet(reading, textOf(value));
      return cidr === undefined ? [] : [{ host, at: placeOf(reading, key), cidr: cidr.text }];
    }),
  };
  reading.origins.set(flannel, map);
  return flannel;
}

/** Divided among hosts, a subnet of the size that is chosen for others would soon be used up. */
export function withFlannelSubnet(
  driver: Network['driver'],
  subnets: readonly Subnet[],
  written: boolean,
  at: Subnet['at'],
): readonly Subnet[] {
  return driver === 'flannel' && subnets.length === 0 && !written ? [{ cidr: FLANNEL_SUBNET, at }] : subnets;
}
