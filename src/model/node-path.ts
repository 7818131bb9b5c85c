/** Where the file has a node, in its words: `nodes.web`, `hosts.h1`. */
import type { Node } from './topology.js';

export function pathOfNode({ name, isHost }: Pick<Node, 'name' | 'isHost'>): string {
  return `${isHost === true ? 'hosts' : 'nodes'}.${name}`;
}
