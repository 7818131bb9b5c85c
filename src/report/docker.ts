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

/**
 * A bridge and what is attached to it, by itself, with a tunnel to other hosts among its ports (`overlay`), or with one beside
 * it (`flannel`); or an interface whose wire nodes share (`macvlan`).
 */
export interface DockerNetwork {
  /** The bridge's own name where it is not the lab's; of `macvlan` the parent's. */
  readonly name: string;
  readonly driver: 'bridge' | 'overlay' | 'flannel' | 'macvlan';
  /** The simulated host that the bridge or the parent is on; absent: the machine. */
  readonly host?: string;
  /** Or the parent. */
  readonly bridge: string;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly endpoints: readonly string[];
}

/** A node's interface on a network, or an end of a link between two nodes. */
export interface DockerEndpoint {
  /** `NODE:INTERFACE`, unique in the lab. */
  readonly endpoint: string;
  readonly node: string;
  readonly interface: string;
  /** null: a link between two nodes. */
  readonly network: string | null;
  readonly mac_address: string | null;
  readonly addresses: readonly string[];
  /** The other end of the pair, or the parent; null if it is nowhere that can be seen. */
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
  /** '': one end of a pair. */
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
  const all = [...endpointsOf(places), ...childrenOf(places)];
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
      ...{ name, type: text(of['type']), network: text(of['network']), master: text(of['master']) },
      peer: of['type'] === 'macvlan' ? `${text(of['parent_netns']) || HOST}:${text(of['parent'])}` : text(of['peer']),
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

/** Interfaces on the wire of another one. One whose parent is beside it is the host's own way to them, no node's. */
function childrenOf(places: readonly Place[]): readonly DockerEndpoint[] {
  const nodes = new Map(places.map(({ node, netns }) => [netns, node]));
  return places.flatMap(({ node, netns, interfaces }) =>
    interfaces
      .filter(({ type, peer }) => type === 'macvlan' && !peer.startsWith(`${netns}:`))
      .map(({ name, peer, mac, addresses }) => {
        const parent = peer.endsWith(':') ? null : placed(peer, nodes);
        const endpoint = { endpoint: `${node}:${name}`, node, interface: name, network: parent?.interface ?? null };
        return { ...endpoint, mac_address: orNull(mac), addresses, peer: parent };
      }),
  );
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

interface Attaching extends Pick<DockerNetwork, 'driver'> {
  /** Of the bridge or the parent. */
  readonly name: string;
  readonly node: string;
  readonly network: string;
  readonly addresses: readonly string[];
}

function networksOf(places: readonly Place[], endpoints: readonly DockerEndpoint[]): readonly DockerNetwork[] {
  const bridges = places.flatMap((place) =>
    bridgesOf(place).map(({ name, network, addresses }): Attaching => {
      const driver = driverOf(place, { name, addresses });
      return { name, node: place.node, network: network === '' ? name : network, addresses, driver };
    }),
  );
  const all = [...bridges, ...parentsOf(places), ...othersOf(bridges, endpoints, places)];
  return all.map(({ name, node, network, addresses, driver }) => {
    const isAlone = all.filter((other) => other.network === network).length === 1;
    const attached = endpoints.filter((endpoint) => endpoint.network === network && (isAlone || endpoint.peer?.node === node));
    const cidrs = addresses.length > 0 ? addresses : attached.flatMap((endpoint) => endpoint.addresses);
    return {
      ...{ name: network, driver, ...(node === HOST ? {} : { host: node }), bridge: name },
      subnets: [...new Set(cidrs.map(subnetOf))].sort(),
      gateways: addresses.length > 0 ? addresses.map((cidr) => cidr.split('/')[0]!) : routersOf(places, attached),
      endpoints: attached.map(({ endpoint }) => endpoint),
    };
  });
}

/** Each once. */
function parentsOf(places: readonly Place[]): readonly Attaching[] {
  const parents = new Map<string, Attaching>();
  for (const { peer } of childrenOf(places)) {
    if (peer === null) continue;
    const { node, interface: name } = peer;
    parents.set(`${node}:${name}`, { name, node, network: name, addresses: [], driver: 'macvlan' });
  }
  return [...parents.values()];
}

/** Bridges of somebody else's. */
function othersOf(known: readonly Attaching[], endpoints: readonly DockerEndpoint[], places: readonly Place[]): readonly Attaching[] {
  const children = new Set(childrenOf(places).map(({ endpoint }) => endpoint));
  const named = new Set(known.map(({ network }) => network));
  const names = endpoints.flatMap(({ network, endpoint }) =>
    network === null || named.has(network) || children.has(endpoint) ? [] : [network],
  );
  return [...new Set(names)].map((name) => ({ name, node: HOST, network: name, addresses: [], driver: 'bridge' }));
}

/** A tunnel of flannel's is no port: it has the address that names the subnet of its host. */
function driverOf({ interfaces }: Place, bridge: Pick<Interface, 'name' | 'addresses'>): DockerNetwork['driver'] {
  const tunnels = interfaces.filter(({ type }) => type === 'vxlan');
  if (tunnels.some(({ master }) => master === bridge.name)) return 'overlay';
  const named = new Set(bridge.addresses.map((cidr) => subnetOf(cidr).split('/')[0]));
  return tunnels.some(({ addresses }) => addresses.some((cidr) => named.has(cidr.split('/')[0]))) ? 'flannel' : 'bridge';
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
