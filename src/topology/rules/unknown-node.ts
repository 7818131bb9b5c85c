import { HOST } from '../../model/state.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule } from './rule.js';

export const unknownNode: Rule = {
  name: 'unknown-node',
  codes: ['unknown-node'],
  check({ topology, nodes, report }) {
    for (const { node, at } of topology.links.flatMap((link) => link.endpoints)) {
      if (node === HOST || nodes.has(node)) continue;
      const hint = () => didYouMean(node, [...nodes.keys(), HOST]) ?? `add it to "nodes": ${node}: {}`;
      report('unknown-node', at, `there is no node ${quote(node)}`, { hint });
    }
  },
};
