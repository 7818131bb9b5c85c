import { isForwardedTo } from '../../model/hosted.js';
import type { Network } from '../../model/topology.js';
import type { Rule } from './rule.js';

export const portsUnreachable: Rule = {
  name: 'ports-unreachable',
  codes: ['ports-unreachable'],
  check({ topology, networks, report, isIncomplete }) {
    for (const node of topology.nodes) {
      const [first] = node.ports;
      if (
        first === undefined ||
        node.networkMode === 'none' ||
        node.joins !== undefined ||
        isIncomplete('nodes', node.name) ||
        isIncomplete('networks')
      )
        continue;
      const attached = node.networks.map(({ network }) => networks.get(network));
      if (attached.some((network) => network === undefined || isForwardedTo(network))) continue;
      const why =
        node.networks.length === 0 ? 'it is on no network' : `none of its networks is forwarded to: ${attached.map(reason).join(', ')}`;
      const hint = 'put the node on a network that has the host as its gateway';
      report('ports-unreachable', first.at, `the host cannot forward ports to ${node.name}: ${why}`, { hint });
    }
  },
};

const HAS_PORTS = 'each node has all its ports at its own address';

function reason(network: Network | undefined): string {
  if (network === undefined) return '';
  if (network.external) return `${network.name} is external`;
  if (network.driver === 'macvlan') return `${network.name} is a LAN, on which ${HAS_PORTS}`;
  if (network.internal) return `${network.name} is internal`;
  return network.gateway.kind === 'node' ? `the gateway of ${network.name} is a node` : `${network.name} has no gateway`;
}
