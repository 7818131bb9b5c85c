/** Nodes that live in a namespace which is not theirs. */
import { joinedResource } from '../kinds/joined.js';
import { HOST, type Resource } from '../model/state.js';
import type { Node } from '../model/topology.js';
import type { LabJoined } from './lab.js';

/** The namespace that the node lives in; undefined for one that is in no namespace of this file (it has been reported). */
export function netnsOf(node: Node, nodes: ReadonlyMap<string, Node>): string | undefined {
  const seen = new Set<Node>();
  let owner: Node | undefined = node;
  while (owner?.joins?.kind === 'node') {
    if (seen.has(owner)) return undefined;
    seen.add(owner);
    owner = nodes.get(owner.joins.node);
  }
  return owner?.joins?.kind === 'host' ? HOST : owner?.netns;
}

export function joinedResources(lab: string, joined: readonly LabJoined[]): readonly Resource[] {
  return joined.map(({ node, netns, path, at }) => joinedResource({ lab, node: node.name, netns, path: `${path}.network_mode`, at }));
}
