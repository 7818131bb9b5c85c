import { contains, parseCidr, type Cidr } from '../../model/address.js';
import type { Subnet } from '../../model/topology.js';
import type { Rule } from './rule.js';

export const subnetOverlap: Rule = {
  name: 'subnet-overlap',
  codes: ['subnet-overlap'],
  check({ topology, report }) {
    const all = topology.networks.flatMap(({ name, subnets }, place) =>
      subnets.map((subnet) => ({ name, subnet, place, cidr: cidrOf(subnet) })),
    );
    // CIDRs are nested or apart: in this order each stands after all that contain it.
    const sorted = [...all].sort((a, b) => compareCidrs(a.cidr, b.cidr));
    const around: (typeof all)[number][] = [];
    for (const one of sorted) {
      while (around.length > 0 && !contains(around.at(-1)!.cidr, one.cidr)) around.pop();
      const other = around.at(-1);
      around.push(one);
      if (other === undefined) continue;
      const [earlier, later] = other.place < one.place ? [other, one] : [one, other];
      const related = [{ message: `${earlier.cidr.text} of ${earlier.name} is here`, at: earlier.subnet.at }];
      const message = `${later.cidr.text} overlaps ${earlier.cidr.text}, a subnet of the network ${earlier.name}`;
      report('subnet-overlap', later.subnet.at, message, { hint: 'choose subnets that have no address in common', related });
    }
  },
};

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
