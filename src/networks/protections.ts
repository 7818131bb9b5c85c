/** What the file protects. */
import { bridgeId } from '../kinds/bridge.js';
import { containerId } from '../kinds/ids-of-containers.js';
import { macvlanId } from '../kinds/macvlan.js';
import { netnsId } from '../kinds/ownership.js';
import { protectionResource } from '../kinds/protection.js';
import { vxlanId } from '../kinds/vxlan.js';
import { pathOfNode } from '../model/node-path.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { Node, Topology } from '../model/topology.js';
import type { Lab, LabNetwork } from './lab.js';

/** Everything of the file that can be protected, whether it is or not. */
export function subjectsOf({ networks, nodes }: Topology): ReadonlySet<string> {
  return new Set([...networks.map(({ name }) => `networks.${name}`), ...nodes.map(pathOfNode)]);
}

export function protectionResources(topology: Topology, lab: Lab): readonly Resource[] {
  const { name, protect, nodes, networks } = topology;
  return [
    ...(protect === undefined
      ? []
      : [protectionResource({ lab: name, subject: '', netns: HOST, objects: [], path: 'protect', at: protect })]),
    ...networks.flatMap((network) => ofNetwork(network, lab)),
    ...nodes.flatMap((node) => ofNode(node, lab)),
  ];
}

/** In each of its homes; where no bridge is the network's, it is what its nodes have of it. */
function ofNetwork({ name, driver: by, calico, protect }: Topology['networks'][number], lab: Lab): readonly Resource[] {
  if (protect === undefined) return [];
  const subject = `networks.${name}`;
  const places = lab.networks.filter(({ network }) => network.name === name);
  // Another size makes all blocks anew, while a block comes and goes with the nodes of its host.
  const driver = calico === undefined ? by : `${by}-${calico.blockSize[4]}`;
  const spec = { lab: lab.name, subject, driver, path: `${subject}.protect`, at: protect };
  if (places.length === 0) return [protectionResource({ ...spec, netns: HOST, objects: [] })];
  return places.map((place) => protectionResource({ ...spec, netns: place.home, objects: linksOf(place, lab) }));
}

function linksOf(place: LabNetwork, { nodes }: Lab): readonly ResourceId[] {
  const { home, bridge, tunnel, network, pool } = place;
  const tunnels = tunnel === undefined ? [] : [vxlanId(home, tunnel.name)];
  if (network.macvlan === undefined && pool === undefined) return [...tunnels, ...(bridge === '' ? [] : [bridgeId(home, bridge)])];
  const ofNodes = nodes.flatMap(({ attachments }) => attachments.filter((one) => one.network === place).map((one) => one.interface.link));
  return [...(bridge === '' ? [] : [macvlanId(home, bridge)]), ...ofNodes];
}

function ofNode(node: Node, lab: Lab): readonly Resource[] {
  const { protect, container, attach } = node;
  if (protect === undefined) return [];
  const subject = pathOfNode(node);
  const spec = { lab: lab.name, subject, path: `${subject}.protect`, at: protect };
  const own = lab.nodes.find((one) => one.node === node)?.netns;
  const started = container === undefined ? [] : [containerId(node.netns)];
  if (own !== undefined) {
    const objects = container === undefined && attach === undefined && node.joins === undefined ? [netnsId(own)] : started;
    return [protectionResource({ ...spec, netns: own, objects })];
  }
  const netns = lab.joined.find((one) => one.node === node)?.netns ?? HOST;
  return [protectionResource({ ...spec, netns, objects: [`joined:${netns}/${node.name}`, ...started] })];
}
