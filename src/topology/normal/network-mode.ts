/** `network_mode`: none, or whose namespace the node lives in. */
import type { Joins, Node } from '../../model/topology.js';
import type { Mapping } from '../tree.js';
import { placeOf, textAt, type Reading } from './read.js';

/** Keys that say what a namespace is like; a node that joins another's has nothing to say there. */
export const OF_A_NAMESPACE = [
  'networks',
  'netns',
  'ipv6',
  'forwarding',
  'interfaces',
  'routes',
  'rules',
  'neighbours',
  'sysctls',
  'ports',
  'ignore',
  'hostname',
  'extra_hosts',
  'dns',
  'dns_search',
  'routing',
] as const;

const namespaceKeys: ReadonlySet<string> = new Set(OF_A_NAMESPACE);

export const isOfNamespace = (key: string): boolean => namespaceKeys.has(key);

export function readNetworkMode(reading: Reading, map: Mapping): Pick<Node, 'networkMode' | 'joins'> {
  const text = textAt(map, 'network_mode');
  if (text === undefined) return {};
  if (text.text === 'none') return { networkMode: 'none' };
  const joins = joinsOf(text.text, placeOf(reading, text.span));
  return joins === undefined ? {} : { joins };
}

function joinsOf(mode: string, at: Joins['at']): Joins | undefined {
  const colon = mode.indexOf(':');
  const [word, name] = colon < 0 ? [mode, ''] : [mode.slice(0, colon), mode.slice(colon + 1)];
  if (word === 'host') return { kind: 'host', at };
  if (word === 'node') return { kind: 'node', node: name, at };
  return word === 'container' ? { kind: 'container', container: name, at } : undefined;
}
