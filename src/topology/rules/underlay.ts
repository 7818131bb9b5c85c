import { familyOf, IPV6_MIN_MTU } from '../../model/address.js';
import { DRIVERS, overheadOf } from '../../model/driver.js';
import { HOST } from '../../model/state.js';
import type { Network, Node } from '../../model/topology.js';
import { underlayOf, type Underlay } from '../../model/underlay.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

/** Hosts reach each other by a network that all of them are on, and that has room for what travels on it. */
export const underlay: Rule = {
  name: 'underlay',
  codes: ['unknown-network', 'underlay-unsuitable', 'underlay-missing', 'underlay-ambiguous', 'underlay-absent', 'mtu-over-underlay'],
  check(context) {
    const { topology, isIncomplete } = context;
    for (const network of topology.networks) {
      if (!DRIVERS[network.driver].spans || isIncomplete('networks') || isIncomplete('nodes')) continue;
      const found = underlayOf(topology, network);
      if (found.kind === 'carried') {
        checkMtu(context, network, found);
        checkKeptApart(context, network, found);
      } else checkChoice(context, network, found);
    }
  },
};

function checkChoice(
  { networks, nodes, report, place }: RuleContext,
  network: Network,
  found: Exclude<Underlay, { readonly kind: 'carried' }>,
): void {
  const at = place(network, 'underlay');
  const written = network.underlay ?? [];
  const unsuitable = (carrier: Network, from: Network['at']): void => {
    const message = `${network.name} cannot be carried by ${carrier.name}, whose driver is ${carrier.driver}`;
    const related = [{ message: `${carrier.name} is here`, at: carrier.at }];
    report('underlay-unsuitable', from, message, { hint: 'hosts have to reach each other by a network of the driver bridge', related });
  };
  switch (found.kind) {
    case 'alone':
      return;
    case 'unknown': {
      const hint = (): string => didYouMean(found.name, networks.keys()) ?? 'underlay is the name of a network that the hosts are on';
      return report('unknown-network', written[found.place]?.at ?? at, `there is no network ${quote(found.name)}`, { hint });
    }
    case 'unsuitable':
      return unsuitable(found.network, written[found.place]?.at ?? at);
    case 'none': {
      const isOn = (host: string, { name }: Network): boolean => nodes.get(host)?.networks.some((one) => one.network === name) === true;
      const shared = [...networks.values()].find((one) => found.hosts.every((host) => isOn(host, one)));
      if (shared !== undefined) return unsuitable(shared, at);
      const message = `nothing carries ${network.name} between its hosts: ${list(found.hosts.map(called))} share no network`;
      return report('underlay-missing', at, message, { hint: hintFor(found.hosts) });
    }
    case 'several': {
      const names = found.networks.map(({ name }) => name);
      const related = found.networks.map((one) => ({ message: `${one.name} is here`, at: one.at }));
      const message = `the hosts of ${network.name} share ${list(names)}, and either could carry it`;
      return report('underlay-ambiguous', at, message, { hint: `say which: underlay: ${names[0] ?? ''}`, related });
    }
    case 'absent': {
      const names = list(
        written.map(({ name }) => name),
        'or',
      );
      const message = `${found.node.name} is on ${network.name} and lives on ${called(found.host)}, which has no address on ${names}`;
      return report('underlay-absent', attachmentAt(found.node, network), message, {
        hint: found.host === HOST ? FOR_THE_MACHINE : `attach the host ${found.host} to ${written[0]?.name ?? names}`,
        related: [{ message: 'the underlay is named here', at: written[0]?.at ?? at }],
      });
    }
    case 'families': {
      const message = `${list(found.networks.map(({ name }) => name))}, which carry ${network.name}, have no family of addresses in common`;
      return report('underlay-unsuitable', at, message, { hint: 'give each of them a subnet of the same family' });
    }
  }
}

const FOR_THE_MACHINE = 'say on which host it lives, or make the machine the gateway of the underlay, so that it has an address there';

const called = (host: string): string => (host === HOST ? 'the machine itself' : host);

const hintFor = (hosts: readonly string[]): string => (hosts.includes(HOST) ? `${ONE_OR_ROUTED}; ${FOR_THE_MACHINE}` : ONE_OR_ROUTED);

const ONE_OR_ROUTED = 'attach all of its hosts to one network, or list several with a router between them: underlay: [lan1, lan2]';

function attachmentAt(node: Node, network: Network): Node['at'] {
  return node.networks.find((one) => one.network === network.name)?.at ?? node.at;
}

function list(names: readonly string[], and = 'and'): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} ${and} ${names.at(-1) ?? ''}`;
}

/** Ports of a bridge that are isolated hear nothing of each other: neither what is in tunnels nor what routes lead there. */
function checkKeptApart({ report, place }: RuleContext, network: Network, { carriers }: Underlay & { readonly kind: 'carried' }): void {
  const first = new Map<Network, string>();
  for (const [host, { network: carrier, host: attached }] of carriers) {
    if (carrier.icc || attached === undefined || isGatewayOf(carrier, host)) continue;
    const other = first.get(carrier);
    if (other === undefined) first.set(carrier, host);
    else {
      const message = `${other} and ${host} could not reach each other for ${network.name}: ${carrier.name} keeps its nodes apart`;
      const related = [{ message: `${carrier.name} is here`, at: carrier.at }];
      const hint = `remove "icc" of ${carrier.name}, or let another network carry ${network.name}`;
      return report('underlay-unsuitable', place(network, 'underlay'), message, { hint, related });
    }
  }
}

const isGatewayOf = ({ gateway }: Network, host: string): boolean => gateway.kind === 'node' && gateway.node === host;

const IPV4_MIN_MTU = 68;

function checkMtu({ report, place, isWritten }: RuleContext, network: Network, found: Underlay & { readonly kind: 'carried' }): void {
  const { name, mtu, subnets } = network;
  const overhead = overheadOf(network, found.family);
  const least = subnets.some(({ cidr }) => familyOf(cidr) === 6) ? IPV6_MIN_MTU : IPV4_MIN_MTU;
  const [host, carrier] = [...found.carriers].sort((a, b) => a[1].mtu - b[1].mtu)[0] ?? [HOST, undefined];
  if (carrier === undefined) return;
  const where = `${carrier.network.name} has an MTU of ${found.mtu + overhead}${carrier.mtu < carrier.network.mtu ? ` on ${called(host)}` : ''}`;
  const related = [{ message: `${carrier.network.name} is here`, at: carrier.network.at }];
  const room = overhead === 0 ? '' : `, and ${overhead} bytes of each packet are the tunnel’s`;
  const hint = `at most ${found.mtu}, or raise the MTU of ${carrier.network.name} to ${Math.max(mtu, least) + overhead}`;
  if (found.mtu < least) {
    const message = `${where}${room}: that leaves ${found.mtu} for ${name}, which needs at least ${least}`;
    const raise = `raise the MTU of ${carrier.network.name} to ${least + overhead} or more`;
    report('mtu-over-underlay', place(network, 'mtu'), message, { hint: raise, related });
  } else if (isWritten(network, 'mtu') && mtu > found.mtu) {
    report('mtu-over-underlay', place(network, 'mtu'), `MTU ${mtu} of ${name} is too large: ${where}${room}`, { hint, related });
  }
}
