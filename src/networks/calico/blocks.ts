/**
 * Which blocks of a network's subnet each host has, and the addresses of its nodes in them. Places are hashes, as those of nodes
 * in a subnet are: a host or a node that comes or goes moves another one only if both were meant for the same place.
 */
import { addressOf, bitsOf, cidrOf, contains, networkOf, numberOf, type Address, type Cidr } from '../../model/address.js';
import { hash } from '../../model/names.js';
import { assignAddresses } from '../addresses.js';

export interface BlockPool {
  readonly lab: string;
  readonly network: string;
  readonly subnet: Cidr;
  /** Prefix length of a block. */
  readonly size: number;
  /** Addresses that the file gives to others than nodes of the network. */
  readonly taken: readonly Address[];
  /** The name that the place of a host or a node comes from; absent: its own. */
  readonly nameOf?: (name: string) => string;
}

export interface Lodger {
  readonly node: string;
  readonly host: string;
  /** The address that the file gives to it. */
  readonly written?: Address;
}

export interface Allocation {
  /** By host, in the order of their addresses. */
  readonly blocks: ReadonlyMap<string, readonly Cidr[]>;
  readonly addresses: ReadonlyMap<string, Address>;
  /** Nodes whose written address is in a block where another host has one. */
  readonly shared: readonly { readonly block: Cidr; readonly node: string; readonly other: string }[];
  /** Nodes for which no block is left. */
  readonly homeless: readonly string[];
}

/** More could not be told apart by a hash, and no lab has as many. */
const MOST_BITS = 30;

export function allocate(pool: BlockPool, lodgers: readonly Lodger[]): Allocation {
  const blocks = new Blocks(pool);
  const shared = lodgers.flatMap((lodger) => blocks.settle(lodger));
  const written = lodgers.flatMap((lodger) => lodger.written ?? []);
  const addresses = new Map(lodgers.flatMap(({ node, written: own }) => (own === undefined ? [] : [[node, own] as const])));
  const pending = new Map<string, string[]>();
  for (const { node, host } of lodgers.filter((lodger) => lodger.written === undefined))
    pending.set(host, [...(pending.get(host) ?? []), node]);
  for (let round = 0; pending.size > 0; round += 1) {
    const found = blocks.claim([...pending.keys()], round);
    for (const [host, block] of found) {
      const nodes = pending.get(host) ?? [];
      const taken = [...pool.taken, ...written];
      const assigned = assignAddresses(pool.lab, pool.network, { subnet: pool.subnet, range: block, taken }, nodes, pool.nameOf);
      for (const [node, address] of assigned) addresses.set(node, address);
      const rest = nodes.filter((node) => !assigned.has(node));
      if (rest.length === 0) pending.delete(host);
      else pending.set(host, rest);
    }
    if (found.size === 0) break;
  }
  return { blocks: blocks.byHost(), addresses, shared, homeless: [...pending.values()].flat() };
}

/** Blocks by their number in the subnet. */
class Blocks {
  private readonly base: bigint;
  private readonly bits: number;
  private readonly count: number;
  private readonly owners = new Map<number, { readonly host: string; readonly node: string }>();
  /** Those in which a host's automatic addresses are. */
  private readonly filled = new Set<number>();

  constructor(private readonly pool: BlockPool) {
    this.base = numberOf(networkOf(pool.subnet).address);
    this.bits = bitsOf(pool.subnet.family) - pool.size;
    this.count = 2 ** Math.min(MOST_BITS, Math.max(0, pool.size - pool.subnet.prefix));
  }

  settle({ node, host, written }: Lodger): Allocation['shared'] {
    if (written === undefined || !contains(this.pool.subnet, written)) return [];
    const number = Number((numberOf(written) - this.base) >> BigInt(this.bits));
    const owner = this.owners.get(number);
    if (owner === undefined) this.owners.set(number, { host, node });
    return owner === undefined || owner.host === host ? [] : [{ block: this.cidrOf(number), node, other: owner.node }];
  }

  /** Host → another block for it; when none is free, one that it has by written addresses. */
  claim(hosts: readonly string[], round: number): ReadonlyMap<string, Cidr> {
    const found = new Map<string, number>();
    const later: { readonly host: string; readonly place: number }[] = [];
    const take = (host: string, number: number): void => {
      this.owners.set(number, this.owners.get(number) ?? { host, node: '' });
      this.filled.add(number);
      found.set(host, number);
    };
    for (const host of hosts) {
      const place =
        parseInt(hash(8, this.pool.lab, this.pool.network, this.pool.nameOf?.(host) ?? host, `block ${round}`), 16) % this.count;
      if (this.isFree(place, host)) take(host, place);
      else later.push({ host, place });
    }
    for (const { host, place } of later) {
      const next = this.nextFree(place) ?? this.ownOf(host);
      if (next !== undefined) take(host, next);
    }
    return new Map([...found].map(([host, number]) => [host, this.cidrOf(number)]));
  }

  byHost(): ReadonlyMap<string, readonly Cidr[]> {
    const hosts = new Map<string, Cidr[]>();
    for (const [number, { host }] of [...this.owners].sort(([a], [b]) => a - b))
      hosts.set(host, [...(hosts.get(host) ?? []), this.cidrOf(number)]);
    return hosts;
  }

  private isFree(number: number, host: string): boolean {
    const owner = this.owners.get(number);
    return owner === undefined || (owner.host === host && !this.filled.has(number));
  }

  private nextFree(start: number): number | undefined {
    for (let step = 1; step < this.count; step += 1) {
      const number = (start + step) % this.count;
      if (!this.owners.has(number)) return number;
      if (step > this.owners.size) return undefined;
    }
    return undefined;
  }

  private ownOf(wanted: string): number | undefined {
    return [...this.owners].find(([number, { host }]) => host === wanted && !this.filled.has(number))?.[0];
  }

  private cidrOf(number: number): Cidr {
    return cidrOf(addressOf(this.pool.subnet.family, this.base + (BigInt(number) << BigInt(this.bits))), this.pool.size);
  }
}
