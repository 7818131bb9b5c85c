/** The addresses that nodes have in the subnets of their networks: written, or automatic. */
import { bitsOf, cidrOf, parseAddress, parseCidr, type Address } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { originOf, type Move } from '../model/moves.js';
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
  for (const [network, ...others] of pools(lansLast(networks))) {
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
    const shims = [network, ...others].filter(({ network: { macvlan } }) => (macvlan?.hostShim ?? false) !== false).map(({ home }) => home);
    const taken = network.network.driver === 'macvlan' ? [...elsewhere, ...onOthers(byNetwork, networks, name)] : elsewhere;
    for (const subnet of network.subnets)
      fill({ lab: topology.name, moved: topology.moved, network, subnet, shims }, own, taken, addresses, diagnostics);
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

/** Others are to have their addresses by then. */
function lansLast(networks: readonly LabNetwork[]): readonly LabNetwork[] {
  const isLan = ({ network }: LabNetwork): boolean => network.driver === 'macvlan';
  return networks.some(isLan) ? [...networks.filter((network) => !isLan(network)), ...networks.filter(isLan)] : networks;
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

interface Place {
  readonly lab: string;
  readonly moved: readonly Move[] | undefined;
  readonly network: LabNetwork;
  readonly subnet: LabSubnet;
  /** Homes that have an address there themselves. */
  readonly shims: readonly string[];
}

/** The name under which the address of a host's own interface on a LAN stands among those of nodes. */
export const shimOf = (home: string): string => `shim of ${home}`;

function fill(
  { lab, moved, network, subnet, shims }: Place,
  members: readonly Member[],
  elsewhere: readonly Address[],
  addresses: Map<string, LabAddress[]>,
  diagnostics: Diagnostic[],
): void {
  const written = new Map(members.map(({ node, attachment }) => [node.name, writtenAddress(attachment, subnet)]));
  const shim = writtenShim(network, subnet);
  const taken = [...elsewhere, ...[...written.values(), subnet.gateway, shim].filter((address) => address !== null)];
  const names = members.map(({ node }) => node.name).filter((name) => written.get(name) === null);
  const open = shim === null ? [...names, ...shims.map(shimOf)] : names;
  const assigned = assignAddresses(
    lab,
    originOf(moved, 'networks', network.network.name),
    { subnet: subnet.cidr, range: subnet.range, taken },
    open,
    (node) => originOf(moved, 'nodes', node),
  );
  for (const { node, attachment } of members) {
    const address = written.get(node.name) ?? assigned.get(node.name);
    if (address === undefined) {
      diagnostics.push(exhausted(network, subnet, attachment, node));
      continue;
    }
    const origin = { path: `${pathOfNode(node)}.networks.${network.network.name}`, at: attachment.at };
    add(addresses, node.name, { cidr: cidrOf(address, subnet.cidr.prefix), ...origin });
  }
  for (const home of shims) {
    const address = shim ?? assigned.get(shimOf(home));
    const { path, at } = network;
    // Alone: the subnet is reached by the parent.
    if (address !== undefined) add(addresses, shimOf(home), { cidr: cidrOf(address, bitsOf(subnet.family)), path, at });
  }
}

function add(addresses: Map<string, LabAddress[]>, name: string, own: LabAddress): void {
  const before = addresses.get(name);
  if (before === undefined) addresses.set(name, [own]);
  else before.push(own);
}

function writtenShim({ network: { macvlan } }: LabNetwork, { family }: LabSubnet): Address | null {
  const address = typeof macvlan?.hostShim === 'string' ? parseAddress(macvlan.hostShim) : null;
  return address?.family === family ? address : null;
}

/** A LAN may be a network of the file as well, by which its hosts are on it. */
function onOthers(byNetwork: NodeAddresses, networks: readonly LabNetwork[], name: string): readonly Address[] {
  const others = [...byNetwork].flatMap(([other, addresses]) => (other === name ? [] : [...addresses.values()].flat()));
  const gateways = networks.flatMap(({ network, subnets }) =>
    network.name === name ? [] : subnets.flatMap(({ gateway }) => gateway ?? []),
  );
  return [...others.map(({ cidr }) => cidr.address), ...gateways];
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
