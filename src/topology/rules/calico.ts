import { contains, parseCidr } from '../../model/address.js';
import type { Labels, Selector } from '../../model/calico.js';
import { isSelected } from '../../model/calico.js';
import { HOST_GATEWAY } from '../../model/node-files.js';
import type { Network, Node } from '../../model/topology.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

/** Routes, rules and a routing daemon are made in the namespaces of hosts; what rules select has to exist. */
export const calico: Rule = {
  name: 'calico',
  codes: [
    'calico-on-machine',
    'calico-twice',
    'calico-address',
    'calico-selects-nobody',
    'unknown-host',
    'dns-server-without-gateway',
    'no-host-gateway',
  ],
  check(context) {
    const { topology, networks, report, place, isIncomplete } = context;
    const own = topology.networks.filter(({ driver }) => driver === 'calico');
    if (own.length === 0) return;
    for (const node of topology.nodes) checkNode(context, node, (name) => networks.get(name)?.driver === 'calico');
    const hosts = topology.nodes.filter(({ isHost }) => isHost === true).map(({ name }) => name);
    for (const network of own) {
      if (network.dns === 'server') {
        const message = `no host has an address on the network ${network.name} that a DNS server could listen on: nodes are reached by routes`;
        report('dns-server-without-gateway', place(network, 'dns'), message, { hint: 'write `dns: hosts`' });
      }
      if (isIncomplete('nodes')) continue;
      for (const { host, at } of network.calico?.bgp.reflectors ?? []) {
        if (hosts.includes(host)) continue;
        const hint = (): string => didYouMean(host, hosts) ?? 'a route reflector is one of "hosts"';
        report('unknown-host', at, `there is no host ${quote(host)}`, { hint });
      }
      checkPolicy(context, network);
    }
  },
};

/** The host has routes to the addresses of the network, and takes from its nodes only what it has a route back to. */
function checkAddresses({ report, interfaceNames }: RuleContext, node: Node, { network }: Node['networks'][number]): void {
  const name = interfaceNames(node).get(network);
  for (const { cidr, at } of node.interfaces.find((one) => one.name === name)?.addresses ?? []) {
    if (contains('fe80::/10', parseCidr(cidr)!.address)) continue;
    const message = `${cidr} on ${name ?? 'it'} of ${node.name} would be nobody's: ${network} has routes to the addresses of its own subnets, one for each node`;
    report('calico-address', at, message, {
      hint: `choose the node's address there: ${network}: { ipv4_address: … }; another one can be on another network or on a link`,
    });
  }
}

function checkNode(context: RuleContext, node: Node, isCalico: (network: string) => boolean): void {
  const [first, second] = node.networks.filter(({ network }) => isCalico(network));
  if (first === undefined) return;
  const { report } = context;
  checkAddresses(context, node, first);
  if (node.host === undefined) {
    const [message, hint] =
      node.isHost === true
        ? [
            `the host ${node.name} is attached to ${first.network}, whose nodes live on hosts`,
            'remove it: hosts reach all of its nodes by their routes',
          ]
        : [
            `${node.name} is on ${first.network} and lives on the machine itself, whose routes are not topo's to change`,
            'say on which host it lives: host: NAME',
          ];
    report('calico-on-machine', first.at, message, { hint });
  }
  if (second !== undefined) {
    const message = `${node.name} is on ${first.network} and on ${second.network}: it could not tell the gateways of two calico networks apart`;
    report('calico-twice', second.at, message, { hint: 'remove one', related: [{ message: 'the first is here', at: first.at }] });
  }
  const gateway = node.extraHosts.find(({ address }) => address === HOST_GATEWAY);
  if (gateway === undefined || !node.networks.every(({ network }) => isCalico(network))) return;
  const message = `the host has no address of its own on ${first.network}`;
  report('no-host-gateway', gateway.at, message, { hint: 'write an address of the host' });
}

function checkPolicy({ topology, report }: RuleContext, network: Network): void {
  const nodes = topology.nodes.filter((node) => node.networks.some((one) => one.network === network.name));
  const all = nodes.map(({ labels }) => labels ?? {});
  for (const { to, from } of network.calico?.policy ?? []) {
    const selectors = [to, ...(from ?? []).flatMap((source) => (source.source === 'nodes' ? [source.selector] : []))];
    for (const selector of selectors) {
      if (all.some((labels) => isSelected(selector, labels))) continue;
      const message = `no node of ${network.name} has ${wordsOf(selector)}`;
      report('calico-selects-nobody', selector.at, message, { hint: () => suggestion(selector, all) });
    }
  }
}

function wordsOf({ labels }: Selector): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}: ${value}`);
  return pairs.length === 1 ? `the label ${pairs.join()}` : pairs.length === 0 ? 'labels' : `the labels ${pairs.join(', ')}`;
}

function suggestion({ labels: wanted }: Selector, all: readonly Labels[]): string {
  const known = new Set(all.flatMap((labels) => Object.entries(labels).map(([name, value]) => `${name}: ${value}`)));
  const missing = Object.entries(wanted)
    .map(([name, value]) => `${name}: ${value}`)
    .find((pair) => !known.has(pair));
  const close = missing === undefined ? undefined : didYouMean(missing, known);
  return close ?? (known.size === 0 ? 'give nodes "labels"' : `labels there: ${[...known].sort().join(', ')}`);
}
