/** Names of the interfaces inside a node. */
import type { Link, Node } from './topology.js';

/**
 * Network name → name of the node's interface on it: `interface_name`, otherwise eth0, eth1 … in the order written,
 * without the names that links and other attachments of the node take.
 */
export function interfaceNames(node: Pick<Node, 'name' | 'networks'>, links: readonly Link[]): Map<string, string> {
  const taken = new Set(linkInterfaces(node.name, links));
  for (const { interfaceName } of node.networks) if (interfaceName !== undefined) taken.add(interfaceName);
  const names = new Map<string, string>();
  let next = 0;
  for (const attachment of node.networks) {
    if (attachment.interfaceName === undefined) while (taken.has(`eth${next}`)) next += 1;
    names.set(attachment.network, attachment.interfaceName ?? `eth${next++}`);
  }
  return names;
}

/** Names of the interfaces that links make in the node. */
export function linkInterfaces(node: string, links: readonly Link[]): readonly string[] {
  let index = indexes.get(links);
  if (index === undefined) indexes.set(links, (index = indexOf(links)));
  return index.get(node) ?? [];
}

/** Asked for every node of a list of links that does not change: a search through all links each time would be quadratic. */
const indexes = new WeakMap<readonly Link[], ReadonlyMap<string, readonly string[]>>();

function indexOf(links: readonly Link[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const end of links.flatMap((link) => link.endpoints)) {
    const names = index.get(end.node);
    if (names === undefined) index.set(end.node, [end.interface]);
    else names.push(end.interface);
  }
  return index;
}
