/** Driver `calico`: what is the host's own, besides the veths of its nodes. */
import { routeResource } from '../../kinds/route.js';
import type { Cidr } from '../../model/address.js';
import type { Resource } from '../../model/state.js';
import type { LabNetwork, LabNode } from '../lab.js';

/** What is in a block of the host, and is no node, is nowhere: it must not leave by the default route and come back. */
export function calicoHome(network: LabNetwork, hosts: ReadonlyMap<string, LabNode>): readonly Resource[] {
  const { home, path, at } = network;
  return blocksOf(network, hosts).map((block) =>
    routeResource({ netns: home, to: block.text, type: 'blackhole', addresses: [], path, at }),
  );
}

export function blocksOf({ pool, home }: LabNetwork, hosts: ReadonlyMap<string, LabNode>): readonly Cidr[] {
  return pool?.blocks.get(hosts.get(home)?.node.name ?? '') ?? [];
}

/** Simulated hosts by their namespaces. */
export function hostsByNetns(nodes: readonly LabNode[]): ReadonlyMap<string, LabNode> {
  return new Map(nodes.filter(({ node }) => node.isHost === true).map((host) => [host.netns, host]));
}
