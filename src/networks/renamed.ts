/** An earlier topology under the names that a later one moves its things to. */
import type { Move } from '../model/moves.js';
import type { Routing } from '../model/routing.js';
import type { Network, Node, Topology } from '../model/topology.js';

/** Only what the topology has; derived names, addresses and MACs come from the former names. */
export function renamed(topology: Topology, moves: readonly Move[]): Topology {
  const there = moves.filter(({ section, from }) => topology[section].some(({ name }) => name === from));
  if (there.length === 0) return topology;
  const nameIn =
    (section: Move['section']) =>
    (name: string): string =>
      there.find((move) => move.section === section && move.from === name)?.to ?? name;
  const [node, network] = [nameIn('nodes'), nameIn('networks')];
  return {
    ...topology,
    networks: topology.networks.map((one) => renamedNetwork(one, node, network)),
    nodes: topology.nodes.map((one) => renamedNode(topology.name, one, node, network)),
    links: topology.links.map((link) => {
      const [first, second] = link.endpoints;
      return {
        ...link,
        endpoints: [
          { ...first, node: node(first.node) },
          { ...second, node: node(second.node) },
        ],
      };
    }),
    moved: there,
    isFormer: true,
  };
}

type Rename = (name: string) => string;

function renamedNetwork(one: Network, node: Rename, network: Rename): Network {
  const { gateway, underlay, flannel, calico } = one;
  const host = <T extends { readonly host: string }>(part: T): T => ({ ...part, host: node(part.host) });
  const reflectors = calico?.bgp.reflectors;
  return {
    ...one,
    name: network(one.name),
    gateway: gateway.kind === 'node' ? { ...gateway, node: node(gateway.node) } : gateway,
    ...(flannel === undefined ? {} : { flannel: { ...flannel, hostSubnets: flannel.hostSubnets.map(host) } }),
    ...(reflectors === undefined ? {} : { calico: { ...calico!, bgp: { ...calico!.bgp, reflectors: reflectors.map(host) } } }),
    ...(underlay === undefined ? {} : { underlay: underlay.map((named) => ({ ...named, name: network(named.name) })) }),
  };
}

function renamedNode(lab: string, one: Node, node: Rename, network: Rename): Node {
  const { joins, routing, host } = one;
  const name = node(one.name);
  return {
    ...one,
    name,
    netns: one.netns === `${lab}.${one.name}` ? `${lab}.${name}` : one.netns,
    networks: one.networks.map((attachment) => ({ ...attachment, network: network(attachment.network) })),
    ...(host === undefined ? {} : { host: { ...host, name: node(host.name) } }),
    ...(joins?.kind === 'node' ? { joins: { ...joins, node: node(joins.node) } } : {}),
    ...(routing === undefined ? {} : { routing: renamedPeers(routing, node) }),
  };
}

function renamedPeers(routing: Routing, node: Rename): Routing {
  const { bgp } = routing;
  if (bgp === undefined) return routing;
  return { ...routing, bgp: { ...bgp, neighbors: bgp.neighbors.map((neighbor) => ({ ...neighbor, peer: node(neighbor.peer) })) } };
}
