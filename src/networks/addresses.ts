/** Automatic addresses of nodes: a node's place is a hash of lab, network and node. */
import { addressOf, bitsOf, contains, isReservedIn, networkOf, numberOf, type Address, type Cidr } from '../model/address.js';
import { hash } from '../model/names.js';
import { assignPlaces } from './places.js';

/** Enough that two nodes hardly ever meet, and that an IPv6 address still fits a line: 32 bits of the host part. */
const HOST_BITS = 32;

export interface Pool {
  readonly subnet: Cidr;
  /** Within the subnet. */
  readonly range: Cidr;
  /** Addresses that are spoken for: the gateway, those that the file writes. Others than the subnet's do no harm. */
  readonly taken: readonly Address[];
}

/** Node → its address, by the name that `nameOf` gives it, for the nodes in file order; those for which none is left are missing. */
export function assignAddresses(
  lab: string,
  network: string,
  pool: Pool,
  nodes: readonly string[],
  nameOf: (node: string) => string = (node) => node,
): ReadonlyMap<string, Address> {
  const base = numberOf(networkOf(pool.range).address);
  const size = 2 ** Math.min(HOST_BITS, bitsOf(pool.range.family) - pool.range.prefix);
  const taken = takenOffsets(pool, base, size);
  const offsets = assignPlaces(nodes, size, taken, (node) => parseInt(hash(8, lab, network, nameOf(node)), 16));
  return new Map([...offsets].map(([node, offset]) => [node, addressOf(pool.range.family, base + BigInt(offset))]));
}

function takenOffsets({ subnet, range, taken }: Pool, base: bigint, size: number): Set<number> {
  const offsets = new Set<number>();
  const add = (address: Address): void => {
    const offset = numberOf(address) - base;
    if (offset >= 0n && offset < BigInt(size)) offsets.add(Number(offset));
  };
  taken.filter((address) => contains(range, address)).forEach(add);
  for (const edge of [base, base + BigInt(size) - 1n]) {
    const address = addressOf(subnet.family, edge);
    if (isReservedIn(subnet, address)) add(address);
  }
  return offsets;
}
