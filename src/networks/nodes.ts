/** What stands in a node's namespace, besides the links that networks and the file's links make. */
import { bridgeId } from '../kinds/bridge.js';
import { loopbackResource } from '../kinds/loopback.js';
import { neighbourResource } from '../kinds/neighbour.js';
import { netnsResource } from '../kinds/netns.js';
import { ruleResource } from '../kinds/rule.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Resource } from '../model/state.js';
import { portResource } from './bridge.js';
import { childResource } from './macvlan.js';
import { containerOfNode } from './containers.js';
import { calicoPort } from './calico/port.js';
import { defaultRoute, type Routers } from './gateways.js';
import { type Hearers, interfaceAddresses } from './interface-addresses.js';
import type { LabAttachment, LabInterface, LabNode } from './lab.js';
import { nodeRoutes } from './node-routes.js';
import { forwardingOf, nodeSysctls } from './node-sysctls.js';
import { nodeCommands, nodeProcesses } from './processes.js';

/** `names`: the set of files that it sees in place of the host's. */
export function nodeResources(lab: string, node: LabNode, names: string, routers: Routers, diagnostics: Diagnostic[]): readonly Resource[] {
  const { netns, path, at } = node;
  const container = containerOfNode(node.node);
  const plain = { lab, netns, node: node.node.name, ignore: node.node.ignore, names, forwarding: forwardingOf(node), path, at };
  const own = netnsResource(container === undefined ? plain : { ...plain, container });
  // The namespace is the other container's business.
  if (node.node.joins !== undefined) return [own, ...nodeProcesses(lab, node), ...nodeCommands(lab, node)];
  return [
    own,
    ...loopback(node),
    ...node.attachments.flatMap((attachment) => attachmentResources(lab, node, attachment, routers)),
    ...nodeSysctls(node),
    ...[...node.interfaces.values()].flatMap((on) => interfaceAddresses(on, hearersOf(node, on))),
    ...neighbours(node),
    ...nodeRoutes(node, routers, diagnostics),
    ...nodeProcesses(lab, node),
    ...nodeCommands(lab, node),
    ...node.node.rules.map((rule) =>
      // Whose the namespace was, adopted or not, the file does not say.
      ruleResource({ ...rule, netns, shared: true, path: `${path}.rules[${rule.index}]` }),
    ),
  ];
}

/** Other nodes know its addresses, but those of lo and of calico networks; and hosts of a network where they learn for themselves who is where. */
function hearersOf({ attachments }: LabNode, on: LabInterface): Hearers {
  const attachment = attachments.find((one) => one.interface === on);
  if (attachment === undefined) return on.name === 'lo' ? {} : { wire: on.link };
  const { network, pool, home, bridge } = attachment.network;
  if (pool !== undefined) return {};
  if (network.external || network.driver === 'macvlan') return { wire: null };
  return { announced: network.driver === 'weave', wire: bridgeId(home, bridge) };
}

/** What the node is on a network with. */
function attachmentResources(lab: string, node: LabNode, attachment: LabAttachment, routers: Routers): readonly Resource[] {
  const { network, pool } = attachment.network;
  if (pool !== undefined) return calicoPort(lab, attachment, (family) => defaultRoute(node, routers, family)?.attachment === attachment);
  if (network.macvlan !== undefined) return [childResource(lab, node.node, attachment, network.macvlan)];
  return [portResource(lab, node.node.name, attachment)];
}

function loopback({ node, netns, interfaces }: LabNode): readonly Resource[] {
  // Of somebody else's container, his.
  const lo = node.attach === undefined ? interfaces.get('lo') : undefined;
  return lo === undefined ? [] : [loopbackResource({ netns, mtu: lo.mtu, up: lo.up, path: lo.path, at: lo.at })];
}

/** The kernel drops neighbours of an interface that goes down. */
function neighbours({ node, netns, interfaces, path }: LabNode): readonly Resource[] {
  return node.neighbours.flatMap(({ address, macAddress, dev, at }, i) => {
    const on = interfaces.get(dev);
    if (on?.up !== true) return [];
    return [neighbourResource({ netns, dev, address, mac: macAddress, link: on.link, path: `${path}.neighbours[${i}]`, at })];
  });
}
