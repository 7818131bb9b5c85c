/** Who is next to whom: addresses of nodes by the network or the link that they stand on. */
import { cidrOf, contains, networkOf } from '../../model/address.js';
import type { LabAddress, LabNetwork, LabNode } from '../lab.js';

export interface Standing {
  /** The interface, of a host the bridge. */
  readonly on: string;
  readonly address: Pick<LabAddress, 'cidr'>;
  /** The network or the link; two that share it reach each other directly. */
  readonly segment: string;
  /** Of a host: it is the gateway of the nodes that live there, and of no others. */
  readonly gatewayIn?: string;
  /** The host that the network is on. */
  readonly home?: string;
}

/** Of lo there are none: nobody stands there but the node. */
export function standingsOf(node: LabNode): readonly Standing[] {
  const networks = new Map(node.attachments.map(({ interface: { name }, network }) => [name, network]));
  return [...node.interfaces.values()]
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name: on, link, addresses }) => {
      const network = networks.get(on);
      const place = network === undefined ? { segment: `link ${link}` } : { segment: segmentOf(network), home: network.home };
      return addresses.map((address) => ({ on, address, ...place }));
    });
}

/** A host's addresses on the bridges of the nodes that live there. */
export function gatewaysOf({ netns }: LabNode, networks: readonly LabNetwork[]): readonly Standing[] {
  return networks
    .filter(({ home, hosted }) => home === netns && hosted)
    .flatMap((network) =>
      network.subnets.flatMap(({ gateway, cidr }) =>
        gateway === null
          ? []
          : [{ on: network.bridge, address: { cidr: cidrOf(gateway, cidr.prefix) }, segment: segmentOf(network), gatewayIn: netns }],
      ),
    );
}

const segmentOf = ({ network }: LabNetwork): string => `network ${network.name}`;

export interface Meeting {
  readonly own: Standing;
  readonly peer: Standing;
}

/** Where two nodes can talk without a router: of each segment and family the first addresses in one subnet. */
export function meetings(own: readonly Standing[], peer: readonly Standing[]): readonly Meeting[] {
  const found = new Map<string, Meeting>();
  for (const mine of own) {
    for (const other of peer) {
      const key = `${mine.segment} ${mine.address.cidr.family}`;
      if (mine.segment === other.segment && isNext(mine, other) && !found.has(key)) found.set(key, { own: mine, peer: other });
    }
  }
  return [...found.values()];
}

function isNext(one: Standing, other: Standing): boolean {
  return (
    contains(one.address.cidr, other.address.cidr.address) &&
    (one.gatewayIn ?? other.home) === other.home &&
    (other.gatewayIn ?? one.home) === one.home
  );
}

/** All addresses of a node with their subnets, lo's among them, and those of a host's bridges. */
export function subnetsOf(node: LabNode, networks: readonly LabNetwork[]): ReadonlySet<string> {
  const own = [...node.interfaces.values()].flatMap(({ addresses }) => addresses);
  const all = [...own, ...gatewaysOf(node, networks).map(({ address }) => address)];
  return new Set(all.map(({ cidr }) => networkOf(cidr).text));
}
