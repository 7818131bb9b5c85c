/** Topology → Lab: kernel names, MACs, subnets and addresses are settled, settings of interfaces are applied. */
import { macvlanId } from '../kinds/macvlan.js';
import { vethIdOf } from '../kinds/veth.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { interfaceNames } from '../model/interfaces.js';
import { pathOfNode } from '../model/node-path.js';
import { originOf } from '../model/moves.js';
import { HOST } from '../model/state.js';
import type { Attachment, Endpoint, Link, Node, Topology } from '../model/topology.js';
import { parseCidr } from '../model/address.js';
import { CALICO_MAC } from '../model/calico.js';
import { derivationFor, type Derivation } from './derive.js';
import { isForwarded } from './gateways.js';
import { homesOf, type Homes } from './homes.js';
import { loopbackOf, refine } from './interfaces.js';
import { ownerOf } from './joined.js';
import type { Lab, LabAddress, LabAttachment, LabInterface, LabJoined, LabLink, LabNetwork, LabNode, Origin } from './lab.js';
import { nodeAddresses, type NodeAddresses } from './node-addresses.js';
import { resolveNetworks } from './resolve-networks.js';

/** What comes from the whole file and is needed for each node and link. */
interface Context {
  readonly topology: Topology;
  readonly derivation: Derivation;
  readonly homes: Homes;
  /** By home and name. */
  readonly networks: ReadonlyMap<string, LabNetwork>;
  readonly addresses: NodeAddresses;
  readonly nodes: ReadonlyMap<string, Node>;
}

export function resolve(topology: Topology, diagnostics: Diagnostic[]): Lab {
  const homes = homesOf(topology);
  const derivation = derivationFor(topology, homes);
  const networks = resolveNetworks(topology, homes, derivation, diagnostics);
  const context: Context = {
    topology,
    derivation,
    homes,
    networks: new Map(networks.map((network) => [placeOfNetwork(network.home, network.network.name), network])),
    addresses: nodeAddresses(topology, homes, networks, diagnostics),
    nodes: new Map(topology.nodes.map((node) => [node.name, node])),
  };
  const links = topology.links.map((link, i) => resolveLink(context, link, { path: `links[${i}]`, at: link.at }));
  const ends = endsByNetns(links);
  const nodes = topology.nodes.filter(hasNetns(context)).map((node) => resolveNode(context, node, ends.get(node.netns) ?? []));
  return { name: topology.name, networks, nodes, links, joined: resolveJoined(context), addresses: context.addresses };
}

const placeOfNetwork = (home: string, network: string): string => `${home}/${network}`;

/** A namespace with a name of its own; that of a container which is joined gets the name of the node, if no other node has it. */
const hasNetns =
  ({ nodes }: Context) =>
  (node: Node): boolean =>
    node.joins === undefined || (node.joins.kind === 'container' && ownerOf(node, nodes) === node);

function resolveJoined(context: Context): readonly LabJoined[] {
  const { topology, nodes } = context;
  return topology.nodes.flatMap((node) => {
    const owner = hasNetns(context)(node) ? undefined : ownerOf(node, nodes);
    if (owner === undefined) return [];
    return [{ node, netns: owner === HOST ? HOST : owner.netns, path: pathOfNode(node), at: node.joins?.at ?? node.at }];
  });
}

function endsByNetns(links: readonly LabLink[]): ReadonlyMap<string, readonly LabInterface[]> {
  const byNetns = new Map<string, LabInterface[]>();
  for (const end of links.flatMap((link) => link.ends)) {
    const list = byNetns.get(end.netns);
    if (list === undefined) byNetns.set(end.netns, [end]);
    else list.push(end);
  }
  return byNetns;
}

function resolveNode(context: Context, node: Node, linkEnds: readonly LabInterface[]): LabNode {
  const names = interfaceNames(node, context.topology.links);
  const attachments = node.networks.flatMap((attachment) => {
    const network = context.networks.get(placeOfNetwork(context.homes.of(node), attachment.network));
    const name = names.get(attachment.network);
    return network === undefined || name === undefined ? [] : [resolveAttachment(context, node, attachment, network, name)];
  });
  const interfaces = [loopbackOf(node), ...attachments.map((attachment) => attachment.interface), ...linkEnds];
  return {
    node,
    netns: node.netns,
    attachments,
    interfaces: new Map(interfaces.map((one) => [one.name, one])),
    forwards: node.isHost === true ? forwardedIn(context, node) : NONE,
    ...formerNameOf(context.topology, node),
    path: pathOfNode(node),
    at: node.at,
  };
}

function formerNameOf({ moved }: Topology, { name }: Node): { readonly formerly?: string } {
  const formerly = moved === undefined ? name : originOf(moved, 'nodes', name);
  return formerly === name ? {} : { formerly };
}

const NONE: LabNode['forwards'] = new Set();

/** What its networks need of a simulated host. */
function forwardedIn({ networks }: Context, { netns }: Node): LabNode['forwards'] {
  const own = [...networks.values()].filter((network) => network.home === netns && (isForwarded(network) || network.pool !== undefined));
  return new Set(own.flatMap(({ subnets }) => subnets.map(({ family }) => family)));
}

function resolveAttachment(context: Context, node: Node, attachment: Attachment, network: LabNetwork, name: string): LabAttachment {
  const { derivation } = context;
  const path = `${pathOfNode(node)}.networks.${attachment.network}`;
  const { at } = attachment;
  const isCalico = network.pool !== undefined;
  const nameOnHost = isCalico ? derivation.caliInterface : derivation.hostInterface;
  const hostInterface = attachment.hostInterface ?? nameOnHost(node.name, attachment.network, network.home);
  const addresses = context.addresses.get(attachment.network)?.get(node.name) ?? [];
  const plain = {
    path,
    at,
    netns: node.netns,
    name,
    link:
      network.network.driver === 'macvlan'
        ? macvlanId(node.netns, name)
        : vethIdOf([
            { netns: node.netns, name },
            { netns: network.home, name: hostInterface, ...(isCalico ? {} : { master: network.bridge }) },
          ]),
    mac: attachment.macAddress,
    mtu: network.network.mtu,
    up: true,
    addresses,
  };
  return {
    path,
    at,
    attachment,
    network,
    interface: refine(plain, node, derivation),
    hostInterface,
    hostMac: isCalico ? CALICO_MAC : derivation.hostMac(node.name, attachment.network),
    addresses,
  };
}

function resolveLink(context: Context, link: Link, origin: Origin): LabLink {
  const [first, second] = link.endpoints;
  const places: [Place, Place] = [placeOf(context, first), placeOf(context, second)];
  const id = vethIdOf(places);
  const end = (endpoint: Endpoint, place: Place, i: number): LabInterface => {
    const path = `${origin.path}.endpoints[${i}]`;
    const addresses = addressesOf(endpoint, { path, at: endpoint.at });
    const plain = {
      ...place,
      path,
      at: endpoint.at,
      link: id,
      mac: endpoint.macAddress,
      mtu: link.mtu,
      up: link.state === 'up',
      addresses,
    };
    return refine(plain, context.nodes.get(endpoint.node), context.derivation);
  };
  return { link, ends: [end(first, places[0], 0), end(second, places[1], 1)], ...origin };
}

interface Place {
  readonly netns: string;
  readonly name: string;
}

function placeOf({ nodes }: Context, endpoint: Endpoint): Place {
  return { netns: endpoint.node === HOST ? HOST : (nodes.get(endpoint.node)?.netns ?? endpoint.node), name: endpoint.interface };
}

function addressesOf(endpoint: Endpoint, origin: Origin): readonly LabAddress[] {
  const texts = [endpoint.ipv4Address, endpoint.ipv6Address].filter((text) => text !== undefined);
  return texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === null ? [] : [{ cidr, ...origin }];
  });
}
