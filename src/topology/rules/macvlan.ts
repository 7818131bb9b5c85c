import { contains, isReservedIn, parseAddress, parseCidr } from '../../model/address.js';
import { HOST } from '../../model/state.js';
import type { Attachment, Macvlan, Network } from '../../model/topology.js';
import { hostsOf } from '../../model/underlay.js';
import type { Rule, RuleContext } from './rule.js';

export const macvlan: Rule = {
  name: 'macvlan',
  codes: ['macvlan-without-parent', 'macvlan-parent', 'driver-key', 'passthru-shared', 'bad-host-shim'],
  check(context) {
    const { topology } = context;
    for (const network of topology.networks) {
      if (network.macvlan === undefined) continue;
      checkKeys(context, network);
      checkParent(context, network, network.macvlan);
      checkShim(context, network, network.macvlan);
    }
    if (topology.networks.every((network) => network.macvlan === undefined)) return;
    checkAttachments(context);
    checkHomes(context);
    checkPassthru(context);
  },
};

const OF_BRIDGES: readonly (readonly [key: string, hint: string])[] = [
  ['bridge_name', 'remove it: there is no bridge'],
  ['masquerade', 'remove it: nodes are on the LAN with their own addresses, and the host forwards nothing for them'],
  ['isolated', 'remove it: the host forwards nothing between this network and others'],
  ['antispoof', 'remove it: packets do not pass the host'],
  ['icc', 'write `mode: private` to keep the nodes apart'],
];

function checkKeys({ report, place, isWritten }: RuleContext, network: Network): void {
  for (const [key, hint] of OF_BRIDGES.filter(([each]) => isWritten(network, each))) {
    report('driver-key', place(network, key), `"${key}" has no effect on ${network.name}, whose driver is macvlan`, { hint });
  }
}

function checkParent({ report, place, isIncomplete }: RuleContext, network: Network, { parent }: Macvlan): void {
  if (parent === '' && !isIncomplete('networks', network.name)) {
    const message = `the macvlan network ${network.name} does not say on which interface of the host it is`;
    report('macvlan-without-parent', network.at, message, { hint: 'add parent: NAME, such as eth0' });
  } else if (parent === 'lo') {
    const hint = 'name the interface that leads to the LAN; for a network that stays on the host, use driver: bridge';
    report('macvlan-parent', place(network, 'parent'), 'lo cannot be the parent of a macvlan network', { hint });
  }
}

function checkShim({ report, place, isIncomplete }: RuleContext, network: Network, { hostShim, mode }: Macvlan): void {
  const at = place(network, 'host_shim');
  if (hostShim !== false && mode === 'passthru') {
    report('passthru-shared', at, `${network.name} gives its parent to one node alone, and host_shim is another interface on it`, {
      hint: 'remove "host_shim", or use another mode',
    });
  } else if (hostShim !== false && mode !== 'bridge') {
    const message = `the host cannot reach the nodes of ${network.name} by a host_shim: interfaces of mode ${mode} do not hear each other`;
    report('bad-host-shim', at, message, { hint: 'use `mode: bridge`, or remove "host_shim"' });
  }
  const address = typeof hostShim === 'string' ? parseAddress(hostShim) : null;
  if (address === null || isIncomplete('networks', network.name)) return;
  const subnet = network.subnets.map(({ cidr }) => parseCidr(cidr)).find((cidr) => cidr !== null && contains(cidr, address));
  if (subnet === undefined || subnet === null) {
    const hint = network.subnets.length === 0 ? 'add "subnet"' : `its subnets: ${network.subnets.map(({ cidr }) => cidr).join(', ')}`;
    report('bad-host-shim', at, `${address.text} is in no written subnet of ${network.name}`, { hint });
  } else if (isReservedIn(subnet, address)) {
    report('bad-host-shim', at, `${address.text} is the network or the broadcast address of ${subnet.text}`, {
      hint: 'choose one between',
    });
  } else if (network.gateway.kind === 'host' && [network.gateway.ipv4, network.gateway.ipv6].includes(address.text)) {
    report('bad-host-shim', at, `${address.text} is the gateway of ${network.name}`, { hint: 'choose another address' });
  }
}

function checkAttachments({ topology, networks, report, place }: RuleContext): void {
  for (const attachment of topology.nodes.flatMap((node) => node.networks)) {
    const network = networks.get(attachment.network);
    if (network?.macvlan === undefined) continue;
    if (attachment.hostInterface !== undefined) {
      const message = `the host has no interface for a node on ${network.name}, whose driver is macvlan`;
      report('driver-key', place(attachment, 'host_interface'), message, { hint: 'remove "host_interface"' });
    }
    const { hostShim } = network.macvlan;
    if (typeof hostShim === 'string' && [attachment.ipv4Address, attachment.ipv6Address].includes(hostShim)) {
      const related = [{ message: 'a node has it here', at: attachment.at }];
      report('bad-host-shim', place(network, 'host_shim'), `${hostShim} is the address of a node`, {
        hint: 'choose another address',
        related,
      });
    }
  }
}

/** An address is one host's: another one with it would answer for it on the same LAN. */
function checkHomes({ topology, report, place, isIncomplete }: RuleContext): void {
  if (isIncomplete('nodes')) return;
  for (const network of topology.networks) {
    if (typeof network.macvlan?.hostShim !== 'string') continue;
    const [first, second] = hostsOf(topology, network.name);
    if (first === undefined || second === undefined) continue;
    const [one, other] = [first, second].map(([host]) => (host === HOST ? 'the machine itself' : `the host ${host}`));
    const message = `nodes of ${network.name} live on ${one} and on ${other}, and both would have ${network.macvlan.hostShim} on one LAN`;
    report('bad-host-shim', place(network, 'host_shim'), message, {
      hint: 'host_shim: true gives each host an address of its own',
      related: [{ message: 'a node of the other one is here', at: second[1].at }],
    });
  }
}

/** In each home the parent has the same name, and is another interface: who lives where is what counts. */
function checkPassthru({ topology, networks, report }: RuleContext): void {
  const first = new Map<string, { readonly attachment: Attachment; readonly network: Network }>();
  for (const node of topology.nodes) {
    for (const attachment of node.networks) {
      const network = networks.get(attachment.network);
      if (network?.macvlan === undefined) continue;
      const place = `${node.host?.name ?? ''}/${network.macvlan.parent}`;
      const before = first.get(place);
      if (before === undefined) {
        first.set(place, { attachment, network });
        continue;
      }
      const alone = [before.network, network].find((each) => each.macvlan?.mode === 'passthru');
      if (alone === undefined) continue;
      const message = `${alone.name} gives ${network.macvlan.parent} to one node alone, and ${node.name} is another one on it`;
      const related = [{ message: 'the first one is here', at: before.attachment.at }];
      report('passthru-shared', attachment.at, message, { hint: 'give each of them a parent of its own, or use another mode', related });
    }
  }
}
