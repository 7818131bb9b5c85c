import { contains, parseCidr, type Cidr } from '../../model/address.js';
import { DRIVERS } from '../../model/driver.js';
import { HOST } from '../../model/state.js';
import type { Subnet, Topology } from '../../model/topology.js';
import type { Rule } from './rule.js';

export const subnetOverlap: Rule = {
  name: 'subnet-overlap',
  codes: ['subnet-overlap'],
  check({ topology, report }) {
    const places = placesOf(topology);
    const meet = (a: string, b: string): boolean => [...(places.get(a) ?? ALONE)].some((place) => (places.get(b) ?? ALONE).has(place));
    const all = topology.networks.flatMap(({ name, subnets, macvlan }, place) =>
      subnets.map((subnet) => ({ name, subnet, place, cidr: cidrOf(subnet), parent: macvlan?.parent })),
    );
    // CIDRs are nested or apart: in this order each stands after all that contain it.
    const sorted = [...all].sort((a, b) => compareCidrs(a.cidr, b.cidr));
    const around: (typeof all)[number][] = [];
    for (const one of sorted) {
      while (around.length > 0 && !contains(around.at(-1)!.cidr, one.cidr)) around.pop();
      const other = around.findLast((each) => (each.name === one.name || meet(each.name, one.name)) && !areOneLan(each, one));
      around.push(one);
      if (other === undefined) continue;
      const [earlier, later] = other.place < one.place ? [other, one] : [one, other];
      const related = [{ message: `${earlier.cidr.text} of ${earlier.name} is here`, at: earlier.subnet.at }];
      const message = `${later.cidr.text} overlaps ${earlier.cidr.text}, a subnet of the network ${earlier.name}`;
      report('subnet-overlap', later.subnet.at, message, { hint: 'choose subnets that have no address in common', related });
    }
  },
};

interface Placed {
  readonly cidr: Cidr;
  /** Of a macvlan network. */
  readonly parent: string | undefined;
}

/** Hosts that are on a network by a bridge, and nodes that are on it by an interface of theirs; or two LANs that have nothing to do with each other. */
function areOneLan(a: Placed, b: Placed): boolean {
  if (a.parent === undefined || b.parent === undefined) return a.parent !== b.parent && a.cidr.text === b.cidr.text;
  return a.parent !== b.parent;
}

/** The namespaces of hosts that a network is in; each of two hosts can have a subnet of its own with the same addresses. */
function placesOf(topology: Topology): ReadonlyMap<string, ReadonlySet<string>> {
  const { nodes, networks: all } = topology;
  const places = new Map<string, Set<string>>();
  if (nodes.every(({ host }) => host === undefined)) return places;
  for (const { name, isHost, host, networks } of nodes) {
    for (const { network } of networks) {
      const own = places.get(network) ?? new Set<string>();
      places.set(network, own.add(host?.name ?? HOST));
      if (isHost === true) own.add(name);
    }
  }
  // Hosts that are there without nodes.
  for (const { name, driver, calico, flannel } of all) {
    if (!DRIVERS[driver].spans) continue;
    const own = places.get(name) ?? new Set<string>();
    for (const { host } of [...(calico?.bgp.reflectors ?? []), ...(flannel?.hostSubnets ?? [])]) places.set(name, own.add(host));
  }
  return places;
}

const ALONE: ReadonlySet<string> = new Set([HOST]);

function cidrOf(subnet: Subnet): Cidr {
  const cidr = parseCidr(subnet.cidr);
  if (cidr === null) throw new Error(`not a CIDR: ${subnet.cidr}`);
  return cidr;
}

function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  for (const [i, byte] of a.address.bytes.entries()) {
    const difference = byte - (b.address.bytes[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.prefix - b.prefix;
}
