/** Which network carries one that spans hosts: what the file says of it, or what its hosts share. */
import { familyOf, type Family } from './address.js';
import { DRIVERS, overheadOf } from './driver.js';
import { interfaceNames } from './interfaces.js';
import { HOST } from './state.js';
import type { Attachment, Network, Node, Topology } from './topology.js';

/** Where a host is on the underlay. */
export interface Carrier {
  /** Undefined: the machine itself, which has the address of the gateway on the network's bridge. */
  readonly host?: { readonly node: Node; readonly attachment: Attachment; readonly interface: string };
  readonly network: Network;
  readonly mtu: number;
}

export type Underlay =
  /** By the name of the host; `HOST` for the machine itself. `mtu`: the most that a packet of the network's nodes may have. */
  | { readonly kind: 'carried'; readonly carriers: ReadonlyMap<string, Carrier>; readonly family: Family; readonly mtu: number }
  /** All of its nodes are on one host, and nothing says what would carry it. */
  | { readonly kind: 'alone' }
  | { readonly kind: 'unknown'; readonly name: string; readonly place: number }
  | { readonly kind: 'unsuitable'; readonly network: Network; readonly place: number }
  /** The hosts share no network. */
  | { readonly kind: 'none'; readonly hosts: readonly string[] }
  | { readonly kind: 'several'; readonly networks: readonly Network[] }
  /** A host is on none of the networks that the file names. */
  | { readonly kind: 'absent'; readonly host: string; readonly node: Node }
  | { readonly kind: 'families'; readonly networks: readonly Network[] };

/** Hosts with nodes on the network, in the order of the file, each with the first of these nodes; those that are on it without nodes. */
export function hostsOf({ nodes, networks }: Pick<Topology, 'nodes' | 'networks'>, network: string): ReadonlyMap<string, Node> {
  const hosts = new Map<string, Node>();
  for (const node of nodes) {
    const host = node.host?.name ?? HOST;
    if (!hosts.has(host) && node.networks.some((attachment) => attachment.network === network)) hosts.set(host, node);
  }
  for (const { host } of networks.find(({ name }) => name === network)?.flannel?.hostSubnets ?? []) {
    const node = hosts.has(host) ? undefined : nodes.find(({ name, isHost }) => isHost === true && name === host);
    if (node !== undefined) hosts.set(host, node);
  }
  return hosts;
}

export function underlayOf(topology: Topology, network: Network): Underlay {
  const hosts = new Map([...hostsOf(topology, network.name), ...reflectorsOf(topology, network)]);
  const written = network.underlay ?? [];
  if (written.length === 0 && hosts.size === 0) return { kind: 'alone' };
  const candidates: Network[] = [];
  for (const [place, { name }] of written.entries()) {
    const one = topology.networks.find((other) => other.name === name);
    if (one === undefined) return { kind: 'unknown', name, place };
    if (!DRIVERS[one.driver].carries) return { kind: 'unsuitable', network: one, place };
    candidates.push(one);
  }
  const placesOf = (one: Network): ReadonlyMap<string, Carrier> => {
    const found = [...hosts.keys()].map((host) => [host, carrierOf(topology, one, host)] as const);
    return new Map(found.flatMap(([host, carrier]) => (carrier === undefined ? [] : [[host, carrier] as const])));
  };
  if (candidates.length === 0) {
    const shared = topology.networks.filter((one) => DRIVERS[one.driver].carries && placesOf(one).size === hosts.size);
    if (shared.length === 1) candidates.push(...shared);
    else if (hosts.size < 2) return { kind: 'alone' };
    else return shared.length === 0 ? { kind: 'none', hosts: [...hosts.keys()] } : { kind: 'several', networks: shared };
  }
  const all = candidates.map(placesOf);
  const carriers = new Map<string, Carrier>();
  for (const [host, node] of hosts) {
    const carrier = all.map((places) => places.get(host)).find((one) => one !== undefined);
    if (carrier === undefined) return { kind: 'absent', host, node };
    carriers.set(host, carrier);
  }
  const used = [...new Set([...carriers.values()].map((carrier) => carrier.network))];
  const networks = used.length > 0 ? used : candidates;
  const family = ([4, 6] as const).find((one) => networks.every((each) => hasFamily(each, one)));
  if (family === undefined) return { kind: 'families', networks };
  const smallest = Math.min(...[...carriers.values()].map(({ mtu }) => mtu), ...(used.length > 0 ? [] : networks.map(({ mtu }) => mtu)));
  return { kind: 'carried', carriers, family, mtu: smallest - overheadOf(network, family) };
}

/** Hosts that only pass on what others say. */
function reflectorsOf({ nodes }: Topology, { name, calico }: Network): readonly (readonly [string, Node])[] {
  const hosts = new Map(nodes.filter(({ isHost }) => isHost === true).map((host) => [host.name, host]));
  const lodgers = new Set(nodes.filter(({ networks }) => networks.some(({ network }) => network === name)).map(({ host }) => host?.name));
  return (calico?.bgp.reflectors ?? []).flatMap(({ host }) => {
    const node = lodgers.has(host) ? undefined : hosts.get(host);
    return node === undefined ? [] : [[host, node] as const];
  });
}

/** Undefined: the host has no address on the network. */
function carrierOf({ nodes, links }: Topology, network: Network, host: string): Carrier | undefined {
  if (host === HOST) {
    const members = nodes.filter((node) => node.networks.some((attachment) => attachment.network === network.name));
    const isHere = network.driver === 'bridge' && network.gateway.kind === 'host' && !network.external;
    return isHere && members.every((node) => node.host === undefined) ? { network, mtu: network.mtu } : undefined;
  }
  const node = nodes.find(({ name, isHost }) => isHost === true && name === host);
  const attachment = node?.networks.find((one) => one.network === network.name);
  if (node === undefined || attachment === undefined) return undefined;
  const name = interfaceNames(node, links).get(network.name) ?? '';
  const own = node.interfaces.find((settings) => settings.name === name)?.mtu;
  return { host: { node, attachment, interface: name }, network, mtu: Math.min(network.mtu, own ?? network.mtu) };
}

/** Without a written subnet, an IPv4 one is chosen. */
function hasFamily({ subnets }: Network, family: Family): boolean {
  return subnets.length === 0 ? family === 4 : subnets.some(({ cidr }) => familyOf(cidr) === family);
}
