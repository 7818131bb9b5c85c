/** Routers on a network whose nodes are kept from each other (`icc: false`): its bridge passes nothing between them. */
import type { Diagnostic } from '../../model/diagnostic.js';
import type { LabAttachment, LabNode } from '../lab.js';
import type { Session } from './sessions.js';

/** BGP sessions by such a network, and OSPF on it, which would find nobody but the network's gateway. */
export function keptApart(node: LabNode, sessions: readonly Session[]): readonly Diagnostic[] {
  const own = node.attachments.filter(({ network: { network } }) => !network.icc && !isGateway(network.gateway, node));
  return own.length === 0 ? [] : [...sessions.flatMap((session) => deaf(node, own, session)), ...own.flatMap((on) => alone(node, on))];
}

const isGateway = (gateway: LabAttachment['network']['network']['gateway'], { node }: LabNode): boolean =>
  gateway.kind === 'node' && gateway.node === node.name;

function deaf({ node }: LabNode, own: readonly LabAttachment[], { peer, direct, neighbor, local }: Session): readonly Diagnostic[] {
  if (peer === undefined || !direct) return [];
  const on = own.find(
    ({ addresses, network: { network, home } }) =>
      addresses.some(({ cidr }) => cidr.address.text === local) && !isGateway(network.gateway, peer) && home !== peer.netns,
  );
  if (on === undefined) return [];
  const { name, at } = on.network.network;
  return [
    {
      code: 'routers-kept-apart',
      severity: 'error',
      message: `${node.name} and ${peer.node.name} could not talk by ${name}, which keeps its nodes apart: the session would never come up`,
      at: neighbor.at,
      hint: `remove "icc" of ${name}, or connect the two by another network or link`,
      related: [{ message: `${name} is here`, at }],
    },
  ];
}

function alone({ node }: LabNode, { interface: { name: on }, network: { network } }: LabAttachment): readonly Diagnostic[] {
  const settings = node.routing?.ospf?.areas.flatMap(({ interfaces }) => interfaces).find(({ name }) => name === on);
  if (settings === undefined || settings.passive || network.gateway.kind === 'node') return [];
  return [
    {
      code: 'routers-kept-apart',
      severity: 'error',
      message: `OSPF of ${node.name} would find nobody on ${network.name}, which keeps its nodes apart`,
      at: settings.at,
      hint: `remove "icc" of ${network.name}, or write { passive: true } to announce its subnet only`,
      related: [{ message: `${network.name} is here`, at: network.at }],
    },
  ];
}
