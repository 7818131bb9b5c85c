/** Which of its networks a node uses to get out, and by which one it is reached through the host's ports. */
import type { Address, Family } from '../model/address.js';
import type { LabAddress, LabAttachment, LabNetwork, LabNode } from './lab.js';

/** Network → addresses of the node that is its router. */
export type Routers = ReadonlyMap<string, readonly LabAddress[]>;

export interface DefaultRoute {
  readonly attachment: LabAttachment;
  /** The node's own address, which makes the gateway reachable. */
  readonly address: LabAddress;
  readonly via: string;
}

export function routersOf(nodes: readonly LabNode[]): Routers {
  const routers = new Map<string, readonly LabAddress[]>();
  for (const { node, attachments } of nodes) {
    for (const { network, addresses } of attachments) if (isRouter(node.name, network)) routers.set(network.network.name, addresses);
  }
  return routers;
}

/** Highest gw_priority, then a network that is not internal, then the first written. */
function byPreference(attachments: readonly LabAttachment[]): readonly LabAttachment[] {
  const internal = ({ network }: LabAttachment): number => (network.network.internal ? 1 : 0);
  if (attachments.length < 2) return attachments;
  return [...attachments].sort((a, b) => b.attachment.gwPriority - a.attachment.gwPriority || internal(a) - internal(b));
}

export function defaultRoute(node: LabNode, routers: Routers, family: Family): DefaultRoute | undefined {
  for (const attachment of byPreference(node.attachments)) {
    const address = ownAddress(attachment, family);
    const via = address === undefined ? undefined : gatewayFor(node.node.name, attachment.network, routers, family);
    if (address !== undefined && via !== undefined) return { attachment, address, via: via.text };
  }
  return undefined;
}

/** The attachment whose address the host's ports lead to: that of the default route if the host forwards there, otherwise the next best. */
export function publishedAttachment(node: LabNode, routers: Routers, family: Family): LabAttachment | undefined {
  const wayOut = defaultRoute(node, routers, family)?.attachment;
  if (wayOut !== undefined && isForwarded(wayOut.network)) return wayOut;
  return byPreference(node.attachments).find((one) => isForwarded(one.network) && ownAddress(one, family) !== undefined);
}

/** The host's address as the node reaches it: its way out if that is the host, otherwise the next best. */
export function hostAddress(node: LabNode, family: Family): Address | undefined {
  const own = byPreference(node.attachments).filter(({ network }) => network.hosted);
  return own.flatMap(({ network }) => network.subnets.find((subnet) => subnet.family === family)?.gateway ?? [])[0];
}

export function ownAddress(attachment: LabAttachment, family: Family): LabAddress | undefined {
  return attachment.addresses.find((address) => address.cidr.family === family);
}

/** The host forwards between the network and the world. */
export function isForwarded({ hosted, network }: LabNetwork): boolean {
  return hosted && !network.internal;
}

function gatewayFor(node: string, network: LabNetwork, routers: Routers, family: Family): Address | undefined {
  const { gateway, name, internal } = network.network;
  if (gateway.kind === 'node') {
    const router = isRouter(node, network) ? undefined : routers.get(name);
    return router?.find((address) => address.cidr.family === family)?.cidr.address;
  }
  if (internal) return undefined;
  return network.subnets.find((subnet) => subnet.family === family)?.gateway ?? undefined;
}

function isRouter(node: string, { network: { gateway } }: LabNetwork): boolean {
  return gateway.kind === 'node' && gateway.node === node;
}
