/** Tree → topology. What is wrong with single values is reported and left out. */
import type { Topology } from '../../model/topology.js';
import type { Mapping } from '../tree.js';
import { groupOf, readUnused } from './groups.js';
import { readLink } from './links.js';
import { readMoved } from './moved.js';
import { readNetwork } from './networks.js';
import { readNode } from './nodes.js';
import { itemsAt, pairsAt, placeAt, stringAt, trueAt, type Reading } from './read.js';
import { withUnderlayMtus } from './underlay.js';

export interface Read {
  readonly topology: Topology;
  /** Paths such as `nodes.web` and `links.0` of which something was left out. */
  readonly incomplete: ReadonlySet<string>;
}

export function readTopology(reading: Reading, root: Mapping): Read {
  const incomplete = new Set<string>();
  const name = stringAt(root, 'name') ?? '';
  const defaults = root.entries.get('defaults')?.value;
  const used = new Set<string>();
  const watched = <T>(path: string, read: (reading: Reading) => T): T =>
    read({
      ...reading,
      report: (...problem) => {
        incomplete.add(path);
        reading.report(...problem);
      },
    });
  const moved = readMoved(reading, root);
  const protect = trueAt(reading, root, 'protect');
  const topology: Topology = {
    name,
    at: placeAt(reading, root, 'name'),
    networks: pairsAt(root, 'networks').map(([network, entry]) =>
      watched(`networks.${network}`, (part) => readNetwork(part, network, entry)),
    ),
    // To whoever asks for the parts of a node, a host is one.
    nodes: [
      ...pairsAt(root, 'hosts').map(([host, entry]) =>
        watched(`nodes.${host}`, (part) =>
          readNode(part, name, host, entry, { inherited: groupOf(part, root, entry.value, used), isHost: true }),
        ),
      ),
      ...pairsAt(root, 'nodes').map(([node, entry]) =>
        watched(`nodes.${node}`, (part) =>
          readNode(part, name, node, entry, {
            inherited: [...(defaults === undefined ? [] : [defaults]), ...groupOf(part, root, entry.value, used)],
          }),
        ),
      ),
    ],
    links: itemsAt(root, 'links').flatMap((item, i) => watched(`links.${i}`, (part) => readLink(part, item)) ?? []),
    ...(moved.length === 0 ? {} : { moved }),
    ...(protect === undefined ? {} : { protect }),
  };
  readUnused(reading, root, used, name);
  return { topology: withUnderlayMtus(topology, reading), incomplete };
}
