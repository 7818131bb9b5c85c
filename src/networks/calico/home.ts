/** Driver `calico`: what is the host's own, besides the veths of its nodes. */
import { routeResource } from '../../kinds/route.js';
import { bitsOf, cidrOf, type Cidr } from '../../model/address.js';
import type { Resource } from '../../model/state.js';
import { defaultRoute, type Routers } from '../gateways.js';
import type { LabNetwork, LabNode } from '../lab.js';

/** What is in a block of the host, and is no node, is nowhere: it must not leave by the default route and come back. */
export function calicoHome(network: LabNetwork, hosts: ReadonlyMap<string, LabNode>): readonly Resource[] {
  const { home, path, at } = network;
  return blocksOf(network, hosts).map((block) =>
    routeResource({ netns: home, to: block.text, type: 'blackhole', addresses: [], path, at }),
  );
}

/**
 * A host answers for the gateway that is nobody's only if it has a route there by another interface (`arp_process` of net/ipv4/arp.c):
 * its default route, or one to nowhere.
 */
export function calicoGateways(
  networks: readonly LabNetwork[],
  hosts: ReadonlyMap<string, LabNode>,
  routers: Routers,
): readonly Resource[] {
  const homes = new Map(
    networks.filter(({ pool, subnets }) => pool !== undefined && gatewayOf(subnets) !== undefined).map((one) => [one.home, one]),
  );
  return [...homes].flatMap(([home, { subnets, path, at }]) => {
    const [host, gateway] = [hosts.get(home), gatewayOf(subnets)];
    const lo = host?.interfaces.get('lo');
    if (host === undefined || gateway === undefined || lo?.up !== true || hasWayOut(host, routers)) return [];
    const to = cidrOf(gateway, bitsOf(4)).text;
    return [routeResource({ netns: home, to, type: 'unicast', dev: lo.name, link: lo.link, addresses: [], path, at })];
  });
}

const gatewayOf = (subnets: LabNetwork['subnets']) => subnets.find(({ family }) => family === 4)?.gateway ?? undefined;

function hasWayOut(host: LabNode, routers: Routers): boolean {
  const isDefault = ({ to, type, table }: LabNode['node']['routes'][number]): boolean =>
    to === '0.0.0.0/0' && type === 'unicast' && table === undefined;
  return defaultRoute(host, routers, 4)?.attachment.interface.up === true || host.node.routes.some(isDefault);
}

export function blocksOf({ pool, home }: LabNetwork, hosts: ReadonlyMap<string, LabNode>): readonly Cidr[] {
  return pool?.blocks.get(hosts.get(home)?.node.name ?? '') ?? [];
}

/** Simulated hosts by their namespaces. */
export function hostsByNetns(nodes: readonly LabNode[]): ReadonlyMap<string, LabNode> {
  return new Map(nodes.filter(({ node }) => node.isHost === true).map((host) => [host.netns, host]));
}
