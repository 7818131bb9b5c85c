/** Tree → topology. What is wrong with single values is reported and left out. */
import type { Topology } from '../../model/topology.js';
import type { Mapping } from '../tree.js';
import { readLink } from './links.js';
import { readNetwork } from './networks.js';
import { readNode } from './nodes.js';
import { itemsAt, pairsAt, placeAt, stringAt, type Reading } from './read.js';

export function readTopology(reading: Reading, root: Mapping): Topology {
  const name = stringAt(root, 'name') ?? '';
  const defaults = root.entries.get('defaults')?.value;
  return {
    name,
    at: placeAt(reading, root, 'name'),
    networks: pairsAt(root, 'networks').map(([network, entry]) => readNetwork(reading, network, entry)),
    nodes: pairsAt(root, 'nodes').map(([node, entry]) => readNode(reading, name, node, entry, defaults)),
    links: itemsAt(root, 'links').flatMap((item) => readLink(reading, item) ?? []),
  };
}
