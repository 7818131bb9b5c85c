/** Numbers of virtual networks: those that the file writes, and derived ones for the others, different from all. */
import { DRIVERS } from '../model/driver.js';
import { hash } from '../model/names.js';
import { originOf } from '../model/moves.js';
import type { Topology } from '../model/topology.js';

/** Lower ones are what people write, and what other programs begin with. */
const FIRST = 2 ** 16;
const COUNT = 2 ** 24 - FIRST;

export function vnisOf({ name: lab, networks, moved }: Topology): ReadonlyMap<string, number> {
  const tunnels = networks.filter(({ driver }) => DRIVERS[driver].tunnels);
  const taken = new Set(tunnels.flatMap(({ vni }) => vni ?? []));
  return new Map(tunnels.map(({ name, vni }) => [name, vni ?? derived(taken, lab, originOf(moved, 'networks', name))]));
}

/** The next free one when two meet, in the order of the file. */
function derived(taken: Set<number>, lab: string, network: string): number {
  let place = parseInt(hash(8, lab, network, 'vni'), 16) % COUNT;
  while (taken.has(FIRST + place)) place = (place + 1) % COUNT;
  taken.add(FIRST + place);
  return FIRST + place;
}
