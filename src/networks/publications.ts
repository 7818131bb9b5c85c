/** Published ports: which address of which node each leads to. */
import { parseAddress, type Family } from '../model/address.js';
import type { PublishedPort } from '../model/topology.js';
import { ownAddress, publishedAttachment, type Routers } from './gateways.js';
import type { LabNetwork, LabNode } from './lab.js';

export interface Publication {
  readonly port: PublishedPort;
  readonly family: Family;
  /** The host's address that it is limited to. */
  readonly hostAddress: string | undefined;
  /** As it stands on the host whose port it is. */
  readonly network: LabNetwork;
  /** The node's, without prefix length. */
  readonly address: string;
  readonly path: string;
}

/** One for each port and family, in an order that does not depend on that of the nodes. */
export function publicationsOf(nodes: readonly LabNode[], routers: Routers): readonly Publication[] {
  const publications = nodes.flatMap((node) => (node.node.ports.length === 0 ? [] : publicationsOfNode(node, routers)));
  return publications.sort(
    (a, b) =>
      compare(a.port.protocol, b.port.protocol) || a.port.hostPort - b.port.hostPort || a.family - b.family || compare(a.path, b.path),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function publicationsOfNode(node: LabNode, routers: Routers): Publication[] {
  return ([4, 6] as const).flatMap((family) => {
    const attachment = publishedAttachment(node, routers, family);
    const address = attachment === undefined ? undefined : ownAddress(attachment, family);
    if (attachment === undefined || address === undefined) return [];
    const target = { family, network: attachment.network, address: address.cidr.address.text };
    return node.node.ports.flatMap((port, i): Publication[] => {
      const hostAddress = port.hostAddress === undefined ? null : parseAddress(port.hostAddress);
      if (hostAddress !== null && hostAddress.family !== family) return [];
      const any = hostAddress === null || hostAddress.bytes.every((byte) => byte === 0);
      return [{ port, ...target, hostAddress: any ? undefined : hostAddress.text, path: `${node.path}.ports[${i}]` }];
    });
  });
}

/** Whether the host reaches it by 127.0.0.1 (or another address of 127.0.0.0/8). */
export function isOnLoopback({ family, hostAddress }: Publication): boolean {
  return family === 4 && (hostAddress === undefined || hostAddress.startsWith('127.'));
}
