/** What the kernel has, in the words of Docker's libnetwork: networks, endpoints, sandboxes. */
import { networkOf, parseCidr } from '../model/address.js';
import { HOST, type PropValue } from '../model/state.js';
import type { ShowDocument, ShownNode } from './show.js';

/** One JSON document: schemas/show-docker.schema.json. */
export interface DockerDocument {
  readonly format: 'topo-show-docker/1';
  readonly lab: string;
  readonly networks: readonly DockerNetwork[];
  readonly endpoints: readonly DockerEndpoint[];
  readonly sandboxes: readonly DockerSandbox[];
}

/** A bridge and what is attached to it. */
export interface DockerNetwork {
  /** The bridge's own name where it is not the lab's. */
  readonly name: string;
  readonly driver: 'bridge';
  /** The simulated host that the bridge is on; absent: the machine. */
  readonly host?: string;
  readonly bridge: string;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly endpoints: readonly string[];
}

/** One end of a veth pair: a node's interface on a network, or an end of a link between two nodes. */
export interface DockerEndpoint {
  /** `NODE:INTERFACE`, unique in the lab. */
  readonly endpoint: string;
  readonly node: string;
  readonly interface: string;
  /** null: a link between two nodes. */
  readonly network: string | null;
  readonly mac_address: string | null;
  readonly addresses: readonly string[];
  /** The other end of the pair; null if it is nowhere that can be seen. */
  readonly peer: { readonly node: string; readonly interface: string } | null;
}

/** A network namespace. */
export interface DockerSandbox {
  readonly node: string;
  readonly netns: string;
  /** The file that names it; of the machine's own, one that every process has. */
  readonly key: string;
  /** Inode of the namespace: two sandboxes with the same one are the same. */
  readonly inode: number | null;
  readonly endpoints: readonly string[];
}

interface Interface {
  readonly name: string;
  readonly type: string;
  readonly network: string;
  readonly peer: string;
  readonly master: string;
  readonly mac: string;
  readonly addresses: readonly string[];
}

interface Place {
  readonly node: string;
  readonly netns: string;
  readonly interfaces: readonly Interface[];
  readonly defaults: readonly { readonly via: string; readonly dev: string }[];
}

export interface DockerQuestion {
  /** One node: its sandbox, its endpoints, the networks that they are on. */
  readonly node: string | undefined;
  readonly keyOf: (netns: string) => string;
  readonly inodeOf: (netns: string) => number | null;
}

export function dockerOf(shown: ShowDocument, { node, keyOf, inodeOf }: DockerQuestion): DockerDocument {
  const places = Object.entries(shown.nodes).map(([name, of]) => placeOf(name, of));
  const all = endpointsOf(places);
  const endpoints = all.filter((endpoint) => node === undefined || endpoint.node === node);
  const networks = networksOf(places, all).filter(({ name }) => node === undefined || endpoints.some(({ network }) => network === name));
  const sandboxes = places
    .map((place) => ({
      ...{ node: place.node, netns: place.netns, key: keyOf(place.netns), inode: inodeOf(place.netns) },
      endpoints: endpoints.filter((each) => each.node === place.node).map(({ endpoint }) => endpoint),
    }))
    // The machine's own namespace is one of the lab's where an end of a link is in it.
    .filter((sandbox) => (sandbox.node === HOST ? sandbox.endpoints.length > 0 : node === undefined || sandbox.node === node));
  return { format: 'topo-show-docker/1', lab: shown.lab, networks, endpoints, sandboxes };
}

function placeOf(node: string, { netns, ...sections }: ShownNode): Place {
  const interfaces = Object.entries((sections['interfaces'] ?? {}) as { [name: string]: { [key: string]: PropValue } });
  const routes = (sections['routes'] ?? []) as readonly { [key: string]: PropValue }[];
  return {
    ...{ node, netns },
    interfaces: interfaces.map(([name, of]) => ({
      ...{ name, type: text(of['type']), network: text(of['network']), peer: text(of['peer']), master: text(of['master']) },
      ...{ mac: text(of['mac_address']), addresses: (of['addresses'] ?? []) as readonly string[] },
    })),
    defaults: routes
      .filter(({ to }) => to === 'default' || to === '::/0')
      .map(({ via, dev }) => ({ via: text(via), dev: text(dev) }))
      .filter(({ via }) => via !== ''),
  };
}

const text = (value: PropValue | undefined): string => (typeof value === 'string' ? value : '');

/** Every end of a pair but those that are ports of a bridge: they are how a network holds on to an endpoint. */
function endpointsOf(places: readonly Place[]): readonly DockerEndpoint[] {
  const nodes = new Map(places.map(({ node, netns }) => [netns, node]));
  const masters = new Map(places.flatMap(({ netns, interfaces }) => interfaces.map((each) => [`${netns}:${each.name}`, each.master])));
  return places.flatMap((place) => {
    const { node, interfaces } = place;
    const bridges = new Set(bridgesOf(place).map(({ name }) => name));
    return interfaces
      .filter(({ type, name, master, peer }) => type === '' && name !== 'lo' && !(node === HOST && (master !== '' || peer === '')))
      .filter(({ master }) => !bridges.has(master))
      .map(({ name, network, peer, mac, addresses }) => ({
        ...{ endpoint: `${node}:${name}`, node, interface: name },
        // A bridge of somebody else's has no name of a network.
        network: orNull(network) ?? orNull(masters.get(peer)),
        ...{ mac_address: orNull(mac), addresses, peer: placed(peer, nodes) },
      }));
  });
}

/** On a simulated host, those of networks: what else a node has is its own business. */
const bridgesOf = ({ node, interfaces }: Place): Place['interfaces'] =>
  interfaces.filter(({ type, network }) => type === 'bridge' && (node === HOST || network !== ''));

const orNull = (word = ''): string | null => (word === '' ? null : word);

/** `NETNS:INTERFACE` with the node's name. */
function placed(peer: string, nodes: ReadonlyMap<string, string>): DockerEndpoint['peer'] {
  if (peer === '') return null;
  const colon = peer.lastIndexOf(':');
  const netns = peer.slice(0, colon);
  return { node: nodes.get(netns) ?? netns, interface: peer.slice(colon + 1) };
}

function networksOf(places: readonly Place[], endpoints: readonly DockerEndpoint[]): readonly DockerNetwork[] {
  const known = places.flatMap((place) =>
    bridgesOf(place).map((bridge) => ({ ...bridge, node: place.node, network: bridge.network === '' ? bridge.name : bridge.network })),
  );
  const named = new Set(known.map(({ network }) => network));
  const foreign = new Set(endpoints.flatMap(({ network }) => (network === null || named.has(network) ? [] : [network])));
  const all = [...known, ...[...foreign].map((name) => ({ name, node: HOST, network: name, addresses: [] }))];
  return all.map(({ name, node, network, addresses }) => {
    const isAlone = all.filter((other) => other.network === network).length === 1;
    const attached = endpoints.filter((endpoint) => endpoint.network === network && (isAlone || endpoint.peer?.node === node));
    const cidrs = addresses.length > 0 ? addresses : attached.flatMap((endpoint) => endpoint.addresses);
    return {
      ...{ name: network, driver: 'bridge' as const, ...(node === HOST ? {} : { host: node }), bridge: name },
      subnets: [...new Set(cidrs.map(subnetOf))].sort(),
      gateways: addresses.length > 0 ? addresses.map((cidr) => cidr.split('/')[0]!) : routersOf(places, attached),
      endpoints: attached.map(({ endpoint }) => endpoint),
    };
  });
}

/** Where a bridge has no address: who the nodes' default routes go to. */
function routersOf(places: readonly Place[], attached: readonly DockerEndpoint[]): readonly string[] {
  const interfaces = new Set(attached.map(({ endpoint }) => endpoint));
  const vias = places.flatMap(({ node, defaults }) => defaults.filter(({ dev }) => interfaces.has(`${node}:${dev}`)).map(({ via }) => via));
  return [...new Set(vias)].sort();
}

function subnetOf(cidr: string): string {
  const parsed = parseCidr(cidr);
  return parsed === null ? cidr : networkOf(parsed).text;
}
