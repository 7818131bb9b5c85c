/** Subnets of networks that do not write one: a /22 of 10.128.0.0/9, by hash of lab and network, the next free one if taken. */
import { addressOf, cidrOf, numberOf, overlaps, parseCidr, type Cidr } from '../model/address.js';
import { originOf } from '../model/moves.js';
import { hash } from '../model/names.js';
import type { Topology } from '../model/topology.js';

const POOL: Cidr = cidrOf({ family: 4, bytes: [10, 128, 0, 0], text: '10.128.0.0' }, 9);
const PREFIX = 22;
const COUNT = 2 ** (PREFIX - POOL.prefix);

/** Network name → its automatic subnet; a network for which none is left is missing. */
export function automaticSubnets(topology: Topology): ReadonlyMap<string, Cidr> {
  const subnets = new Map<string, Cidr>();
  const networks = topology.networks.filter((network) => network.subnets.length === 0);
  if (networks.length === 0) return subnets;
  const taken = writtenBlocks(topology);
  for (const { name } of networks) {
    if (taken.size === COUNT) break;
    let block = parseInt(hash(8, topology.name, originOf(topology.moved, 'networks', name)), 16) % COUNT;
    while (taken.has(block)) block = (block + 1) % COUNT;
    taken.add(block);
    subnets.set(name, cidrOfBlock(block));
  }
  return subnets;
}

function cidrOfBlock(block: number): Cidr {
  return cidrOf(addressOf(4, numberOf(POOL.address) + (BigInt(block) << BigInt(32 - PREFIX))), PREFIX);
}

/** Blocks of the pool in which the file has addresses of its own. */
function writtenBlocks(topology: Topology): Set<number> {
  const blocks = new Set<number>();
  for (const text of writtenCidrs(topology)) {
    const cidr = text.includes(':') ? null : parseCidr(text);
    if (cidr === null || !overlaps(POOL, cidr)) continue;
    const [first, last] = blockRange(cidr);
    for (let block = first; block <= last; block += 1) blocks.add(block);
  }
  return blocks;
}

function blockRange({ address, prefix }: Cidr): readonly [first: number, last: number] {
  if (prefix <= POOL.prefix) return [0, COUNT - 1];
  const offset = Number(numberOf(address) - numberOf(POOL.address));
  const first = Math.floor(offset / 2 ** (32 - Math.min(prefix, PREFIX))) * 2 ** (PREFIX - Math.min(prefix, PREFIX));
  return [first, first + 2 ** (PREFIX - Math.min(prefix, PREFIX)) - 1];
}

function writtenCidrs(topology: Topology): readonly string[] {
  return [
    ...topology.networks.flatMap((network) => network.subnets.map((subnet) => subnet.cidr)),
    ...topology.nodes.flatMap((node) => node.interfaces.flatMap((settings) => settings.addresses.map((address) => address.cidr))),
    ...topology.links.flatMap((link) => link.endpoints.flatMap((end) => (end.ipv4Address === undefined ? [] : [end.ipv4Address]))),
  ];
}
