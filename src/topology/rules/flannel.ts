import { contains, overlaps, parseCidr, type Cidr } from '../../model/address.js';
import { FLANNEL_VNI, flannelInterface, type Flannel, type HostSubnet } from '../../model/flannel.js';
import { INTERFACE_NAME_BYTES } from '../../model/names.js';
import { HOST } from '../../model/state.js';
import type { Network } from '../../model/topology.js';
import { hostsOf, underlayOf, type Carrier } from '../../model/underlay.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

/** The subnet can be divided, the written parts are parts of it, and plain routes lead somewhere. */
export const flannel: Rule = {
  name: 'flannel',
  codes: [
    'flannel-subnet',
    'host-subnet',
    'unknown-host',
    'flannel-key',
    'flannel-off-link',
    'underlay-unsuitable',
    'vni-twice',
    'name-too-long',
  ],
  check(context) {
    checkTunnels(context);
    for (const network of context.topology.networks) {
      const { flannel: own, name } = network;
      if (own === undefined || context.isIncomplete('networks', name)) continue;
      checkKeys(context, network, own);
      const cluster = checkSubnet(context, network, own);
      if (cluster !== undefined) checkHostSubnets(context, network, own, cluster);
      checkPlainRoutes(context, network, own);
    }
  },
};

/** The interface is called by the number alone, and a host can have one of each name. */
function checkTunnels({ topology, report, place }: RuleContext): void {
  const first = new Map<string, Network>();
  for (const network of topology.networks.filter((one) => one.flannel?.backend === 'vxlan')) {
    const vni = network.vni ?? FLANNEL_VNI;
    checkName({ report, place }, network, flannelInterface(vni));
    for (const host of hostsOf(topology, network.name).keys()) {
      const key = `${host} ${vni}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, network);
      else {
        const where = host === HOST ? 'the machine itself' : host;
        const message = `${network.name} and ${before.name} have the same VNI ${vni}, and both are on ${where}, which can have one ${flannelInterface(vni)}`;
        const related = [{ message: `${before.name} is here`, at: place(before, 'vni') }];
        report('vni-twice', place(network, 'vni'), message, { hint: `write another vni for ${network.name}`, related });
        break;
      }
    }
  }
}

function checkName({ report, place }: Pick<RuleContext, 'report' | 'place'>, network: Network, name: string): void {
  if (name.length <= INTERFACE_NAME_BYTES) return;
  const message = `the interface ${name} of ${network.name} would have a name of ${name.length} bytes, and the kernel takes ${INTERFACE_NAME_BYTES}`;
  report('name-too-long', place(network, 'vni'), message, { hint: 'a vni below 10000000 fits' });
}

function checkKeys({ report, place, isWritten }: RuleContext, network: Network, own: Flannel): void {
  const { name, gateway, internal } = network;
  if (gateway.kind !== 'host' || gateway.at !== undefined) {
    const message = `nodes of ${name} leave by their own host, which has the first address of its subnet: there is no other gateway`;
    report('flannel-key', place(network, 'gateway'), message, { hint: 'remove "gateway"' });
  }
  if (internal) {
    const message = `${name} cannot be internal: its hosts pass on what their nodes send`;
    report('flannel-key', place(network, 'internal'), message, {
      hint: 'masquerade: false keeps addresses, isolated: true keeps others out',
    });
  }
  if (own.backend !== 'host-gw') return;
  for (const key of ['vni', 'port', 'direct_routing'].filter((one) => isWritten(network, one))) {
    const message = `${quote(key)} is of the backend vxlan, and ${name} has the backend host-gw`;
    report('flannel-key', place(network, key), message, { hint: `remove "${key}"` });
  }
}

function checkSubnet({ report, place }: RuleContext, network: Network, { subnetLen }: Flannel): Cidr | undefined {
  for (const { cidr, at } of network.subnets.filter((one) => one.cidr.includes(':'))) {
    const message = `${cidr} of ${network.name} cannot be divided among hosts: the driver flannel does that with IPv4 subnets`;
    report('flannel-subnet', at, message, { hint: 'remove it; the drivers vxlan, weave and calico have both families' });
  }
  const [written] = network.subnets.filter((one) => !one.cidr.includes(':'));
  const cluster = written === undefined ? null : parseCidr(written.cidr);
  if (written === undefined || cluster === null) return undefined;
  const range = parseCidr(written.ipRange ?? written.cidr) ?? cluster;
  if (range.prefix < subnetLen) return cluster;
  const message = `${range.text} has no subnet of the length ${subnetLen} for each host of ${network.name}`;
  report('flannel-subnet', place(network, 'subnet_len'), message, {
    hint: `a subnet_len above ${range.prefix}, or a larger subnet`,
    related: [{ message: 'the subnet is here', at: written.at }],
  });
  return undefined;
}

function checkHostSubnets({ report, topology, isIncomplete }: RuleContext, network: Network, own: Flannel, cluster: Cidr): void {
  const hosts = topology.nodes.filter(({ isHost }) => isHost === true).map(({ name }) => name);
  const earlier: HostSubnet[] = [];
  for (const one of own.hostSubnets) {
    const { host, at, cidr } = one;
    if (host !== HOST && !hosts.includes(host) && !isIncomplete('nodes', host)) {
      const hint = (): string => didYouMean(host, [...hosts, HOST]) ?? `add it to "hosts": ${host}: {}`;
      report('unknown-host', at, `there is no host ${quote(host)}`, { hint });
    }
    const subnet = parseCidr(cidr);
    if (subnet === null) continue;
    const other = earlier.find((before) => overlaps(before.cidr, subnet));
    if (!contains(cluster, subnet)) {
      report('host-subnet', at, `${cidr} is not in ${cluster.text}, the subnet of ${network.name}`, { hint: 'each host has a part of it' });
    } else if (subnet.prefix !== own.subnetLen) {
      const message = `${cidr} has another length than the subnets of the hosts of ${network.name}, which is ${own.subnetLen}`;
      report('host-subnet', at, message, { hint: `write /${own.subnetLen}, or another subnet_len` });
    } else if (other !== undefined) {
      const related = [{ message: `${other.cidr} of ${other.host} is here`, at: other.at }];
      report('host-subnet', at, `${cidr} of ${host} overlaps ${other.cidr} of ${other.host}`, { hint: 'each host has its own', related });
    }
    earlier.push(one);
  }
}

function checkPlainRoutes(context: RuleContext, network: Network, own: Flannel): void {
  const plain = own.backend === 'host-gw' || own.directRouting;
  if (!plain || context.isIncomplete('nodes') || context.isIncomplete('networks')) return;
  const found = underlayOf(context.topology, network);
  if (found.kind !== 'carried') return;
  const at = context.place(network, own.backend === 'host-gw' ? 'backend' : 'direct_routing');
  const [first, ...others] = [...found.carriers];
  if (first === undefined) return;
  const away = others.find(([, carrier]) => carrier.network !== first[1].network);
  if (own.backend === 'host-gw' && away !== undefined) {
    const message = `${called(first)} and ${called(away)} are on different networks: a plain route from one to the other is not possible`;
    const hint = 'backend: vxlan with direct_routing: true has plain routes where they are possible';
    context.report('flannel-off-link', at, message, { hint });
  }
  if (found.family === 6) {
    const message = `plain routes of ${network.name} lead to IPv4 addresses of the hosts, and ${first[1].network.name} has none`;
    context.report('underlay-unsuitable', at, message, { hint: 'give it an IPv4 subnet too' });
  }
  const machine = found.carriers.get(HOST);
  if (machine?.network.internal === true) {
    const { name, at: place } = machine.network;
    const message = `the machine itself passes nothing on that comes from ${name}, which is internal: its nodes of ${network.name} could not be reached`;
    context.report('underlay-unsuitable', at, message, {
      hint: `let them live on a host, or remove "internal" of ${name}`,
      related: [{ message: `${name} is here`, at: place }],
    });
  }
}

const called = ([host, { network }]: readonly [string, Carrier]): string =>
  `${host === HOST ? 'the machine itself' : `the host ${host}`} (${network.name})`;
