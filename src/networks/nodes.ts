/** What stands in a node's namespace, besides the links that networks and the file's links make. */
import { loopbackResource } from '../kinds/loopback.js';
import { neighbourResource } from '../kinds/neighbour.js';
import { netnsResource } from '../kinds/netns.js';
import { ruleResource } from '../kinds/rule.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Resource } from '../model/state.js';
import { portResource } from './bridge.js';
import type { Routers } from './gateways.js';
import { interfaceAddresses } from './interface-addresses.js';
import type { LabNode } from './lab.js';
import { nodeRoutes } from './node-routes.js';
import { forwardingOf, nodeSysctls } from './node-sysctls.js';
import { nodeCommands, nodeProcesses } from './processes.js';

/** `names`: the set of files that it sees in place of the host's. */
export function nodeResources(lab: string, node: LabNode, names: string, routers: Routers, diagnostics: Diagnostic[]): readonly Resource[] {
  const { netns, path, at } = node;
  return [
    netnsResource({ lab, netns, node: node.node.name, ignore: node.node.ignore, names, forwarding: forwardingOf(node), path, at }),
    ...loopback(node),
    ...node.attachments.map((attachment) => portResource(lab, node.node.name, attachment)),
    ...nodeSysctls(node),
    ...[...node.interfaces.values()].flatMap(interfaceAddresses),
    ...neighbours(node),
    ...nodeRoutes(node, routers, diagnostics),
    ...nodeProcesses(lab, node),
    ...nodeCommands(lab, node),
    ...node.node.rules.map((rule) => ruleResource({ ...rule, netns, path: `${path}.rules[${rule.index}]` })),
  ];
}

function loopback({ netns, interfaces }: LabNode): readonly Resource[] {
  const lo = interfaces.get('lo');
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
