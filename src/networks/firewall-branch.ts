/**
 * Each network has chains of its own, which the chains at the hooks find by the interface in one look-up: what a packet
 * costs does not grow with the number of networks.
 */
import type { NftChain, NftMap, NftRule } from '../model/operation.js';
import { rule } from './firewall-rule.js';
import type { LabNetwork } from './lab.js';

export interface Branch {
  readonly base: keyof typeof BASES;
  /** Of packets that come from the network, or that go there. */
  readonly direction: keyof typeof KEYS;
  readonly network: LabNetwork;
  /** By which they come or go on the host; absent: the network's bridge. */
  readonly interfaces?: readonly string[];
  /** Some of the network's nodes have rules of their own: a name for these. */
  readonly part?: string;
  readonly rules: readonly NftRule[];
}

const BASES = {
  arrival: { hook: { type: 'filter', hook: 'prerouting', priority: -300 }, prefix: 'arriving-' },
  // Before published ports of whatever table: port 53 of a gateway means its DNS server.
  dns: { hook: { type: 'nat', hook: 'prerouting', priority: -101 }, prefix: 'dns-' },
  forward: { hook: { type: 'filter', hook: 'forward', priority: 0 }, prefix: '' },
  postrouting: { hook: { type: 'nat', hook: 'postrouting', priority: 100 }, prefix: 'nat-' },
} as const;

/** What comes from a network is judged first: what is accepted on the way into another network never sees a later rule. */
const KEYS = { from: 'iifname', to: 'oifname' } as const;

export interface Dispatched {
  readonly maps: readonly NftMap[];
  readonly chains: readonly NftChain[];
}

export function dispatch(branches: readonly Branch[]): Dispatched {
  const bases = (['arrival', 'dns', 'forward', 'postrouting'] as const).map((base) => dispatchBase(base, branches));
  return { maps: bases.flatMap(({ maps }) => maps), chains: bases.flatMap(({ chains }) => chains) };
}

function dispatchBase(base: Branch['base'], branches: readonly Branch[]): Dispatched {
  const own = branches.filter((branch) => branch.base === base && branch.rules.length > 0 && interfacesOf(branch).length > 0);
  const directions = (['from', 'to'] as const).filter((direction) => own.some((branch) => branch.direction === direction));
  if (directions.length === 0) return { maps: [], chains: [] };
  const map = (direction: Branch['direction']): string => `${base}-${direction}`;
  const lookUps = directions.map((direction) => rule('networks', [], { verdict: 'vmap', key: KEYS[direction], map: map(direction) }));
  return {
    maps: directions.map((direction) => ({
      name: map(direction),
      elements: own
        .filter((branch) => branch.direction === direction)
        .flatMap((branch) => interfacesOf(branch).map((name) => ({ interface: name, chain: chainName(branch) }))),
    })),
    chains: [
      { name: base, hook: BASES[base].hook, rules: lookUps },
      ...own.map((branch) => ({ name: chainName(branch), rules: branch.rules })),
    ],
  };
}

const interfacesOf = ({ interfaces, network }: Branch): readonly string[] => interfaces ?? [network.bridge];

/** With a prefix, for a network may be named like a word of the nft language (`fwd`). */
function chainName({ base, direction, part, network: { network } }: Branch): string {
  return `${BASES[base].prefix}${direction}-${network.name}${part === undefined ? '' : `.${part}`}`;
}
