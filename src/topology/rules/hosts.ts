import { HOST } from '../../model/state.js';
import { isHosted } from '../../model/hosted.js';
import type { Attachment, Network, Node } from '../../model/topology.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

export const hosts: Rule = {
  name: 'hosts',
  codes: ['host-and-node', 'unknown-host', 'host-on-host', 'host-joined', 'host-forwarding', 'network-mode-joined'],
  check(context) {
    const { topology, report, place } = context;
    const all = new Map(topology.nodes.filter(({ isHost }) => isHost === true).map((host) => [host.name, host]));
    for (const node of topology.nodes) {
      const host = node.isHost === true ? undefined : all.get(node.name);
      if (host !== undefined) {
        const related = [{ message: 'the host is here', at: host.at }];
        report('host-and-node', node.at, `a host is called ${quote(node.name)} too`, {
          hint: 'hosts and nodes share their names',
          related,
        });
      }
      if (node.isHost === true) checkHost(context, node);
      else if (node.host !== undefined) checkNode(context, node, node.host.name, all);
    }
    for (const host of all.values()) {
      const wanted = context.isWritten(host, 'forwarding') && !host.forwarding ? forwardedFor(context, host) : undefined;
      if (wanted === undefined) continue;
      const message = `the host ${host.name} is not to forward, and its nodes reach the world through it`;
      const related = [{ message: 'one of them is here', at: wanted.at }];
      report('host-forwarding', place(host, 'forwarding'), message, {
        hint: 'remove "forwarding", or make their networks internal',
        related,
      });
    }
  },
};

function checkHost({ report }: RuleContext, { name, host, joins }: Node): void {
  if (host !== undefined) {
    const hint = 'remove it: hosts are machines, and stand beside each other';
    report('host-on-host', host.at, `the host ${name} is to live on a host`, { hint });
  }
  if (joins === undefined) return;
  const hint = 'remove it: bridges and rules of nodes are made in a namespace of its own';
  report('host-joined', joins.at, `the host ${name} is to live in a namespace that is not its own`, { hint });
}

function checkNode({ report, nodes, isIncomplete }: RuleContext, node: Node, host: string, all: ReadonlyMap<string, Node>): void {
  const at = node.host?.at ?? node.at;
  if (!all.has(host) && !isIncomplete('nodes', host)) {
    const other = host === HOST ? 'remove it: a node without "host" lives on the machine itself' : otherwise(host, nodes);
    report('unknown-host', at, `there is no host ${quote(host)}`, { hint: () => didYouMean(host, all.keys()) ?? other });
  }
  if (node.joins === undefined || node.joins.kind === 'host') return;
  const related = [{ message: 'network_mode is here', at: node.joins.at }];
  const message = `node ${node.name} lives where the namespace is that it joins, and has host`;
  report('network-mode-joined', at, message, { hint: 'remove "host"', related });
}

function otherwise(host: string, nodes: RuleContext['nodes']): string {
  return nodes.has(host) ? `${host} is a node: move it to "hosts"` : `add it to "hosts": ${host}: {}`;
}

/** The first of its nodes that needs it. */
function forwardedFor({ topology, networks }: RuleContext, host: Node): Attachment | undefined {
  const forwarded = (network: Network | undefined): boolean =>
    network !== undefined && (network.driver === 'calico' || (isHosted(network) && !network.internal));
  const attachments = topology.nodes.filter((node) => node.host?.name === host.name).flatMap((node) => node.networks);
  return attachments.find(({ network }) => forwarded(networks.get(network)));
}
