import { DRIVERS } from '../../model/driver.js';
import type { Network } from '../../model/topology.js';
import type { Rule } from './rule.js';

/** A packet from another host says to which network it belongs by nothing but the port that it comes to and the VNI. */
export const vniTwice: Rule = {
  name: 'vni-twice',
  codes: ['vni-twice'],
  check({ topology, report, place }) {
    const first = new Map<string, Network>();
    for (const network of topology.networks) {
      const port = network.port ?? DRIVERS[network.driver].port;
      if (network.flannel !== undefined || network.vni === undefined || port === undefined) continue;
      const before = first.get(`${port} ${network.vni}`);
      if (before === undefined) {
        first.set(`${port} ${network.vni}`, network);
        continue;
      }
      const related = [{ message: 'the first is here', at: place(before, 'vni') }];
      const message = `${network.name} and ${before.name} have the same VNI ${network.vni} on the same UDP port ${port}`;
      report('vni-twice', place(network, 'vni'), message, { hint: 'choose another vni, or none: it is derived then', related });
    }
  },
};
