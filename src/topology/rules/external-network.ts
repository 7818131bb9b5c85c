import type { Rule } from './rule.js';

export const externalNetwork: Rule = {
  name: 'external-network',
  codes: ['external-without-bridge', 'external-key'],
  check({ topology, report, place, isWritten, isIncomplete }) {
    for (const network of topology.networks.filter(({ external }) => external)) {
      if (network.bridgeName === undefined && !isIncomplete('networks', network.name)) {
        const message = `the external network ${network.name} does not say which bridge it is`;
        report('external-without-bridge', network.at, message, { hint: 'add bridge_name: NAME, a bridge that the host has' });
      }
      for (const key of ['masquerade', 'internal', 'isolated', 'icc', 'antispoof'].filter((each) => isWritten(network, each))) {
        const message = `"${key}" has no effect on the external network ${network.name}`;
        report('external-key', place(network, key), message, {
          hint: 'remove it: topo makes no rules for a bridge that is somebody else’s',
        });
      }
    }
  },
};
