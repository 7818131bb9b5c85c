import { DRIVERS } from '../../model/driver.js';
import type { Attachment, Network, Node } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

/** A bridge is in one namespace, and so are the ends of all that is attached to it. */
export const networkHosts: Rule = {
  name: 'network-hosts',
  codes: ['host-in-itself', 'network-on-hosts', 'network-external-on-host'],
  check(context) {
    const { topology, networks } = context;
    if (topology.nodes.every(({ host }) => host === undefined)) return;
    const members = new Map<string, Member[]>();
    for (const node of topology.nodes)
      for (const attachment of node.networks)
        members.set(attachment.network, [...(members.get(attachment.network) ?? []), { node, attachment }]);
    for (const [name, attached] of members) {
      const network = networks.get(name);
      // A LAN is where each of its hosts has a parent.
      if (network !== undefined && network.driver !== 'macvlan' && !context.isIncomplete('networks', name))
        checkNetwork(context, network, attached);
    }
  },
};

interface Member {
  readonly node: Node;
  readonly attachment: Attachment;
}

function checkNetwork(context: RuleContext, network: Network, members: readonly Member[]): void {
  const { report } = context;
  const lodgers = members.filter(({ node }) => node.host !== undefined);
  const [first] = lodgers;
  if (first === undefined) return;
  if (network.external) {
    const message = `${first.node.name} lives on the host ${hostOf(first.node)}, which has no bridge but those that topo makes: ${network.name} is external`;
    report('network-external-on-host', first.attachment.at, message, { hint: `attach the host itself to ${network.name}` });
  }
  for (const { node, attachment } of members) {
    const own = node.isHost === true ? lodgers.find((lodger) => lodger.node.host?.name === node.name) : undefined;
    const related = [{ message: `${own?.node.name ?? first.node.name} is attached here`, at: (own ?? first).attachment.at }];
    if (own !== undefined && network.driver !== 'calico') {
      const message = `the host ${node.name} is attached to ${network.name}, whose bridge it is: ${own.node.name} lives on it`;
      report('host-in-itself', attachment.at, message, { hint: 'remove it: the host has the address of the gateway there', related });
    } else if (!DRIVERS[network.driver].spans && node.host?.name !== first.node.host?.name) {
      const [message, hint] = [
        `${node.name} lives on ${hostOf(node)}, and ${first.node.name} on ${hostOf(first.node)}: the bridge of ${network.name} can be on one of them`,
        'give each host a network of its own, or choose a driver that spans hosts: driver: vxlan',
      ];
      report('network-on-hosts', attachment.at, message, { hint, related });
    }
  }
}

function hostOf({ host }: Node): string {
  return host === undefined ? 'the machine itself' : host.name;
}
