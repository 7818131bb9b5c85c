import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule } from './rule.js';

export const gatewayNode: Rule = {
  name: 'gateway-node',
  codes: ['unknown-node', 'gateway-not-attached'],
  check({ topology, nodes, report, isIncomplete }) {
    for (const { name, gateway } of topology.networks) {
      if (gateway.kind !== 'node') continue;
      const router = nodes.get(gateway.node);
      if (router === undefined) {
        const hint = () => didYouMean(gateway.node, [...nodes.keys(), 'none']) ?? 'a gateway is an address, the name of a node, or none';
        report('unknown-node', gateway.at, `there is no node ${quote(gateway.node)} to be the gateway of ${name}`, { hint });
      } else if (!router.networks.some((attachment) => attachment.network === name) && !isIncomplete('nodes', router.name)) {
        const related = [{ message: 'the node is here', at: router.at }];
        const hint = `add ${name} to the networks of ${router.name}`;
        report('gateway-not-attached', gateway.at, `the gateway ${router.name} is not on the network ${name}`, { hint, related });
      }
    }
  },
};
