/** Who is next to whom: addresses of nodes by the network or the link that they stand on. */
import { contains, networkOf } from '../../model/address.js';
import type { LabAddress, LabInterface, LabNode } from '../lab.js';

export interface Standing {
  readonly node: LabNode;
  readonly on: LabInterface;
  readonly address: LabAddress;
  /** The network or the link; two that share it reach each other directly. */
  readonly segment: string;
}

/** Of lo there are none: nobody stands there but the node. */
export function standingsOf(node: LabNode): readonly Standing[] {
  const networks = new Map(
    node.attachments.map((one) => [one.interface.name, `network ${one.network.network.name} of ${one.network.home}`]),
  );
  return [...node.interfaces.values()]
    .filter(({ name }) => name !== 'lo')
    .flatMap((on) => on.addresses.map((address) => ({ node, on, address, segment: networks.get(on.name) ?? `link ${on.link}` })));
}

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
  return contains(one.address.cidr, other.address.cidr.address);
}

/** All addresses of a node with their subnets, lo's among them. */
export function subnetsOf(node: LabNode): ReadonlySet<string> {
  const cidrs = [...node.interfaces.values()].flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr));
  return new Set(cidrs.map((cidr) => networkOf(cidr).text));
}
