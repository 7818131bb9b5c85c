/** Nodes that live in a namespace which is not theirs. */
import { joinedResource } from '../kinds/joined.js';
import { HOST, type Resource } from '../model/state.js';
import type { Node } from '../model/topology.js';
import type { LabJoined } from './lab.js';
import { nodeCommands, nodeProcesses } from './processes.js';

type Nodes = ReadonlyMap<string, Node>;

/** Whose namespace a node lives in, at the end of a chain; undefined where there is no such node, which has been reported. */
export function ownerOf(node: Node, nodes: Nodes): Node | typeof HOST | undefined {
  const seen = new Set<Node>();
  let owner: Node | undefined = node;
  while (owner?.joins !== undefined) {
    if (owner.joins.kind === 'host') return owner.host === undefined ? HOST : nodes.get(owner.host.name);
    const next: Node | undefined =
      owner.joins.kind === 'node' ? nodes.get(owner.joins.node) : nodeOfContainer(owner.joins.container, nodes);
    if (next === owner) return owner;
    if (seen.has(owner)) return undefined;
    seen.add(owner);
    owner = next;
  }
  return owner;
}

/** The node whose namespace is that of the container; the first that joins it, where no node is that container. */
function nodeOfContainer(container: string, nodes: Nodes): Node | undefined {
  const all = [...nodes.values()];
  const joining = (node: Node): boolean => node.joins?.kind === 'container' && node.joins.container === container;
  return all.find((node) => node.attach === container || isStartedAs(node, container)) ?? all.find(joining);
}

/** A container that topo starts has the name of its node's namespace. */
const isStartedAs = (node: Node, container: string): boolean => node.container !== undefined && node.netns === container;

export function joinedResources(lab: string, joined: readonly LabJoined[]): readonly Resource[] {
  return joined.flatMap((one) => {
    const { node, netns, path, at } = one;
    return [
      joinedResource({ lab, node: node.name, netns, path: `${path}.network_mode`, at }),
      ...nodeProcesses(lab, one),
      ...nodeCommands(lab, one),
    ];
  });
}
