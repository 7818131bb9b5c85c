import { DRIVERS } from '../../model/driver.js';
import { FLANNEL_PORT, FLANNEL_VNI } from '../../model/flannel.js';
import { HOST } from '../../model/state.js';
import type { Network } from '../../model/topology.js';
import { hostsOf } from '../../model/underlay.js';
import type { Rule, RuleContext } from './rule.js';

/** A packet from another host says to which network it belongs by nothing but the port that it comes to and the VNI. */
export const vniTwice: Rule = {
  name: 'vni-twice',
  codes: ['vni-twice'],
  check(context) {
    const { topology, report, place } = context;
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
    for (const network of topology.networks) if (network.flannel?.backend === 'vxlan') checkFlannel(context, network, first);
  },
};

/** `first`: of other drivers, by port and VNI. Whose VNI is flannel's own choice on hosts that they do not share does no harm. */
function checkFlannel({ topology, report, place }: RuleContext, network: Network, first: ReadonlyMap<string, Network>): void {
  const [vni, port] = [network.vni ?? FLANNEL_VNI, network.port ?? FLANNEL_PORT];
  const other = first.get(`${port} ${vni}`);
  if (other === undefined) return;
  const hosts = hostsOf(topology, other.name);
  const shared = [...hostsOf(topology, network.name).keys()].find((host) => hosts.has(host));
  if (shared === undefined) return;
  const where = shared === HOST ? 'the machine itself' : shared;
  const message = `${network.name} and ${other.name} have the same VNI ${vni} on the same UDP port ${port}, and both are on ${where}`;
  const related = [{ message: `${other.name} is here`, at: place(other, 'vni') }];
  report('vni-twice', place(network, 'vni'), message, { hint: `write another vni or port for ${network.name}`, related });
}
