/**
 * Where the bridges, the rules and the published ports of networks are: their *homes*. A node's home is the namespace of the
 * host that it lives on: the machine's own (`HOST`), or that of a simulated host.
 */
import { HOST } from '../model/state.js';
import type { Node, Topology } from '../model/topology.js';

export interface Homes {
  of(node: Pick<Node, 'host'>): string;
  /** Where the network is, in the order of the file; the machine's own for one without nodes. */
  ofNetwork(network: string): readonly string[];
  /** The simulated host whose namespace it is; undefined for the machine's own. */
  hostOf(home: string): Node | undefined;
}

export function homesOf({ nodes, networks: all }: Pick<Topology, 'nodes' | 'networks'>): Homes {
  const hosts = new Map(nodes.filter((node) => node.isHost === true).map((node) => [node.name, node]));
  if (hosts.size === 0) return THE_MACHINE;
  const byNetns = new Map([...hosts.values()].map((host) => [host.netns, host]));
  const of: Homes['of'] = ({ host }) => hosts.get(host?.name ?? '')?.netns ?? HOST;
  const networks = new Map<string, Set<string>>();
  for (const node of nodes) {
    for (const { network } of node.networks) networks.set(network, (networks.get(network) ?? new Set()).add(of(node)));
  }
  for (const { name, calico, flannel } of all) {
    for (const { host } of [...(calico?.bgp.reflectors ?? []), ...(flannel?.hostSubnets ?? [])]) {
      const netns = hosts.get(host)?.netns;
      if (netns !== undefined) networks.set(name, (networks.get(name) ?? new Set()).add(netns));
    }
  }
  return { of, ofNetwork: (network) => [...(networks.get(network) ?? [HOST])], hostOf: (home) => byNetns.get(home) };
}

const ALONE = [HOST] as const;
const THE_MACHINE: Homes = { of: () => HOST, ofNetwork: () => ALONE, hostOf: () => undefined };
