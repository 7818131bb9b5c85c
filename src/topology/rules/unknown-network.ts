import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule } from './rule.js';

export const unknownNetwork: Rule = {
  name: 'unknown-network',
  codes: ['unknown-network'],
  check({ topology, networks, report }) {
    for (const { network, at } of topology.nodes.flatMap((node) => node.networks)) {
      if (networks.has(network)) continue;
      const hint = () => didYouMean(network, networks.keys()) ?? `add it to "networks": ${network}: {}`;
      report('unknown-network', at, `there is no network ${quote(network)}`, { hint });
    }
  },
};
