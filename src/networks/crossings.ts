/** Networks that are divided among hosts: by which interfaces packets of the rest come into the part of a home. */
import { HOST } from '../model/state.js';
import type { LabNetwork } from './lab.js';
import type { Outlet } from './underlay.js';

export interface Crossing {
  readonly home: string;
  /** Whose rules let them in. */
  readonly bridge: string;
  /** The interface that they come by. */
  readonly by: string;
  /** Where they come from. */
  readonly cluster: string;
}

/**
 * Those of plain routes even where all other hosts are reached by the tunnel: a host that comes or goes changes no rule.
 * On the machine itself the underlay is a bridge with rules of its own: what goes out to it must be let through there as well.
 */
export function crossingsOf(outlets: Iterable<readonly Outlet[]>): readonly Crossing[] {
  const crossings = [...outlets].flat().flatMap(({ network, dev }): readonly Crossing[] => {
    const { home, bridge, tunnel, cluster } = network;
    if (cluster === undefined) return [];
    const into = { home, bridge, cluster: cluster.text };
    const plain = isPlain(network) ? [{ ...into, by: dev }] : [];
    const out = home === HOST && plain.length > 0 ? [{ home, bridge: dev, by: bridge, cluster: cluster.text }] : [];
    return [...(tunnel === undefined ? [] : [{ ...into, by: tunnel.name }]), ...plain, ...out];
  });
  // The order of the file is of no meaning to the rules.
  return crossings.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const key = ({ by, cluster }: Crossing): string => `${by} ${cluster}`;

const isPlain = ({ network: { flannel } }: LabNetwork): boolean => flannel?.backend === 'host-gw' || flannel?.directRouting === true;
