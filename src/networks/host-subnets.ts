/** The subnets of hosts in a network that gives each a part of its own: written, or by a hash of lab, network and host. */
import { addressOf, cidrOf, numberOf, parseCidr, type Cidr } from '../model/address.js';
import type { HostSubnet } from '../model/flannel.js';
import { hash } from '../model/names.js';
import { assignPlaces } from './places.js';

export interface HostSubnetPool {
  readonly lab: string;
  readonly network: string;
  /** Where those come from that the file does not write. */
  readonly range: Cidr;
  /** Prefix length of a host's subnet. */
  readonly length: number;
  readonly written: readonly HostSubnet[];
  /** The name that a host's place comes from; absent: its own. */
  readonly nameOf?: (host: string) => string;
}

/** Host → its subnet, for hosts in file order; those for which none is left are missing. */
export function hostSubnets(
  { lab, network, range, length, written, nameOf }: HostSubnetPool,
  hosts: readonly string[],
): ReadonlyMap<string, Cidr> {
  const subnets = new Map<string, Cidr>();
  const step = 1n << BigInt(32 - length);
  const base = numberOf(range.address);
  const size = 2 ** Math.max(0, length - range.prefix);
  const taken = new Set<number>();
  for (const { host, cidr } of written) {
    const subnet = parseCidr(cidr);
    if (subnet === null) continue;
    subnets.set(host, subnet);
    const place = Number((numberOf(subnet.address) - base) / step);
    if (numberOf(subnet.address) >= base && place < size) taken.add(place);
  }
  const open = hosts.filter((host) => !subnets.has(host));
  const places = assignPlaces(open, size, taken, (host) => parseInt(hash(8, lab, network, nameOf?.(host) ?? host), 16));
  for (const [host, place] of places) subnets.set(host, cidrOf(addressOf(4, base + BigInt(place) * step), length));
  return subnets;
}
