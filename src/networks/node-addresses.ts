/** The addresses that nodes have in the subnets of their networks: written, or automatic. */
import { cidrOf, parseAddress, parseCidr, type Address } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { pathOfNode } from '../model/node-path.js';
import type { Attachment, Node, Topology } from '../model/topology.js';
import { assignAddresses } from './addresses.js';
import type { Homes } from './homes.js';
import type { CalicoPool, LabAddress, LabNetwork, LabSubnet } from './lab.js';

/** Network → node → its addresses, in the order of the network's subnets. */
export type NodeAddresses = ReadonlyMap<string, ReadonlyMap<string, readonly LabAddress[]>>;

interface Member {
  readonly node: Node;
  readonly attachment: Attachment;
}

export function nodeAddresses(topology: Topology, homes: Homes, networks: readonly LabNetwork[], diagnostics: Diagnostic[]): NodeAddresses {
  const members = membersOf(topology);
  const elsewhere = writtenOnInterfaces(topology);
  const byNetwork = new Map<string, Map<string, LabAddress[]>>();
  for (const [network, ...others] of pools(networks)) {
    if (network === undefined) continue;
    const { name } = network.network;
    if (network.pool !== undefined) {
      byNetwork.set(name, calicoAddresses(network.pool, members.get(name) ?? []));
      continue;
    }
    const addresses = byNetwork.get(name) ?? new Map<string, LabAddress[]>();
    byNetwork.set(name, addresses);
    const all = members.get(name) ?? [];
    const places = new Set([network, ...others].map(({ home }) => home));
    const own = all.every(({ node }) => places.has(homes.of(node))) ? all : all.filter(({ node }) => places.has(homes.of(node)));
    for (const subnet of network.subnets) fill(topology.name, network, subnet, own, elsewhere, addresses, diagnostics);
  }
  return byNetwork;
}

function calicoAddresses({ addresses }: CalicoPool, members: readonly Member[]): Map<string, LabAddress[]> {
  return new Map(
    members.map(({ node, attachment }) => {
      const origin = { path: `${pathOfNode(node)}.networks.${attachment.network}`, at: attachment.at };
      return [node.name, (addresses.get(node.name) ?? []).map((cidr) => ({ cidr, ...origin }))];
    }),
  );
}

/** A network with the same subnets in several homes gives each address once. */
function pools(networks: readonly LabNetwork[]): Iterable<readonly LabNetwork[]> {
  const bySubnets = new Map<readonly LabSubnet[], LabNetwork[]>();
  for (const network of networks) {
    const pool = bySubnets.get(network.subnets);
    if (pool === undefined) bySubnets.set(network.subnets, [network]);
    else pool.push(network);
  }
  return bySubnets.values();
}

function fill(
  lab: string,
  network: LabNetwork,
  subnet: LabSubnet,
  members: readonly Member[],
  elsewhere: readonly Address[],
  addresses: Map<string, LabAddress[]>,
  diagnostics: Diagnostic[],
): void {
  const written = new Map(members.map(({ node, attachment }) => [node.name, writtenAddress(attachment, subnet)]));
  const taken = [...elsewhere, ...[...written.values(), subnet.gateway].filter((address) => address !== null)];
  const open = members.map(({ node }) => node.name).filter((name) => written.get(name) === null);
  const assigned = assignAddresses(lab, network.network.name, { subnet: subnet.cidr, range: subnet.range, taken }, open);
  for (const { node, attachment } of members) {
    const address = written.get(node.name) ?? assigned.get(node.name);
    if (address === undefined) {
      diagnostics.push(exhausted(network, subnet, attachment, node));
      continue;
    }
    const origin = { path: `${pathOfNode(node)}.networks.${network.network.name}`, at: attachment.at };
    const own = { cidr: cidrOf(address, subnet.cidr.prefix), ...origin };
    const before = addresses.get(node.name);
    if (before === undefined) addresses.set(node.name, [own]);
    else before.push(own);
  }
}

function membersOf(topology: Topology): ReadonlyMap<string, readonly Member[]> {
  const members = new Map<string, Member[]>();
  for (const node of topology.nodes) {
    for (const attachment of node.networks) {
      const list = members.get(attachment.network);
      if (list === undefined) members.set(attachment.network, [{ node, attachment }]);
      else list.push({ node, attachment });
    }
  }
  return members;
}

function writtenAddress(attachment: Attachment, subnet: LabSubnet): Address | null {
  const text = subnet.family === 4 ? attachment.ipv4Address : attachment.ipv6Address;
  return text === undefined ? null : parseAddress(text);
}

/** Addresses that the file gives to interfaces itself: no automatic one may be the same. */
function writtenOnInterfaces(topology: Topology): readonly Address[] {
  const texts = [
    ...topology.nodes.flatMap((node) => node.interfaces.flatMap((settings) => settings.addresses.map(({ cidr }) => cidr))),
    ...topology.links.flatMap((link) => link.endpoints.flatMap((end) => [end.ipv4Address, end.ipv6Address])),
  ];
  return texts.flatMap((text) => (text === undefined ? [] : (parseCidr(text)?.address ?? [])));
}

function exhausted(network: LabNetwork, subnet: LabSubnet, attachment: Attachment, node: Node): Diagnostic {
  return {
    code: 'subnet-exhausted',
    severity: 'error',
    message: `no address of ${subnet.range.text} is left for ${node.name} on the network ${network.network.name}`,
    at: attachment.at,
    hint: `give the network a larger ${subnet.range === subnet.cidr ? 'subnet' : 'ip_range'}`,
  };
}
