/** The names that nodes resolve, as files: one set of them for all nodes that are on the same networks in the same order. */
import { nodeFilesResource } from '../kinds/node-files.js';
import { hash } from '../model/names.js';
import { HOST_GATEWAY, HOST_RESOLVERS, HOST_RESOLVERS_ALONE, HOST_SEARCH, type NodeFiles } from '../model/node-files.js';
import type { Resource } from '../model/state.js';
import type { Node } from '../model/topology.js';
import { DNS_PORT, dnsServer } from './dns-server.js';
import type { DnsView } from './dns-views.js';
import { hostAddress } from './gateways.js';
import type { Lab, LabNetwork, LabNode } from './lab.js';
import { shortName } from './short-name.js';

export interface Names {
  /** Namespace → its set; a node without one sees the host's files. */
  readonly setOf: ReadonlyMap<string, string>;
  readonly resources: readonly Resource[];
}

export function namesOf(lab: Lab, views: readonly DnsView[]): Names {
  const setOf = new Map<string, string>();
  const resources = new Map<string, Resource>();
  const entries = entriesByNetwork(lab);
  for (const node of lab.nodes) {
    const set = setName(node);
    if (set === '') continue;
    setOf.set(node.netns, set);
    if (resources.has(set)) continue;
    const { path, at } = node.attachments[0]?.network ?? node;
    resources.set(set, nodeFilesResource({ lab: lab.name, set, files: filesOf(node, entries), path, at }));
  }
  const single = lab.networks.filter(({ network }) => network.dns === 'server');
  const servers = [
    ...single.map((network) => ({ name: network.network.name, home: network.home, networks: [network], port: DNS_PORT })),
    ...views,
  ];
  return { setOf, resources: [...resources.values(), ...servers.flatMap((server) => serverOf(lab, server, entries))] };
}

function serverOf(lab: Lab, server: Omit<DnsView, 'askers'>, entries: ReadonlyMap<string, readonly Entry[]>): readonly Resource[] {
  const known = server.networks.map(({ network }) => entries.get(network.name) ?? []);
  const names = [...new Set(known.flat().flatMap((entry) => [...entry.names, ...entry.qualified]))];
  return dnsServer(lab.name, server, server.networks.some(leadsOut), { hosts: hostsLines(known), names });
}

const MOST_BYTES = 200;

/** `front+back`, with a hash where the node has settings of its own; '' for a node that has nothing to resolve. */
function setName(node: LabNode): string {
  const networks = node.attachments.map(({ network }) => network.network.name).join('+');
  const own = ownSettings(node);
  if (own === '') return node.attachments.some(({ network }) => network.network.dns !== 'none') ? shortName(networks, MOST_BYTES) : '';
  return `${shortName(networks, MOST_BYTES)}.${hash(8, own)}`;
}

/** All that the files depend on besides the networks. */
function ownSettings(node: LabNode): string {
  const { hostname, extraHosts, dns, dnsSearch } = node.node;
  if (hostname === undefined && extraHosts.length === 0 && dns.length === 0 && dnsSearch === undefined) return '';
  return JSON.stringify([hostname ?? null, extraLines(node), dns, dnsSearch ?? null]);
}

function filesOf(node: LabNode, entries: ReadonlyMap<string, readonly Entry[]>): NodeFiles {
  const networks = node.attachments.map(({ network }) => network.network.name);
  return {
    hosts: [...LOCALHOST, ...extraLines(node), ...hostsLines(networks.map((network) => entries.get(network) ?? []))],
    'resolv.conf': resolvConf(node),
    ...(node.node.hostname === undefined ? {} : { hostname: [node.node.hostname] }),
  };
}

/** What Docker writes, so that programs find what they know. */
const LOCALHOST = [
  '127.0.0.1 localhost',
  '::1 localhost ip6-localhost ip6-loopback',
  'fe00::0 ip6-localnet',
  'ff00::0 ip6-mcastprefix',
  'ff02::1 ip6-allnodes',
  'ff02::2 ip6-allrouters',
];

function extraLines(node: LabNode): readonly string[] {
  return node.node.extraHosts.flatMap(({ name, address }) => {
    const addresses = address === HOST_GATEWAY ? ([4, 6] as const).flatMap((family) => hostAddress(node, family)?.text ?? []) : [address];
    return addresses.map((text) => `${text} ${name}`);
  });
}

/** A node's address on a network, with its names there; the first one is the answer to the question the other way round. */
interface Entry {
  readonly address: string;
  readonly family: 4 | 6;
  readonly names: readonly string[];
  /** With the network's name behind them: these are nowhere else. */
  readonly qualified: readonly string[];
}

function entriesByNetwork(lab: Lab): ReadonlyMap<string, readonly Entry[]> {
  const entries = new Map<string, Entry[]>();
  // The order of the file is of no meaning to the names.
  for (const { node, attachments } of [...lab.nodes].sort((a, b) => (a.node.name < b.node.name ? -1 : 1))) {
    for (const { network, attachment, addresses } of attachments) {
      if (network.network.dns === 'none') continue;
      const names = namesOn(node, attachment.aliases);
      const qualified = names.map((name) => `${name}.${network.network.name}`);
      const own = addresses.map(({ cidr }): Entry => ({ address: cidr.address.text, family: cidr.family, names, qualified }));
      const list = entries.get(network.network.name);
      if (list === undefined) entries.set(network.network.name, own);
      else for (const one of own) list.push(one);
    }
  }
  return entries;
}

function namesOn({ name, hostname }: Node, aliases: readonly string[]): readonly string[] {
  if (aliases.length === 0 && hostname === undefined) return [name];
  return [...new Set([name, ...aliases, ...(hostname === undefined ? [] : [hostname])])];
}

/** A name means what it means on the first network that knows it, as with Docker. */
function hostsLines(networks: readonly (readonly Entry[])[]): readonly string[] {
  const known = { 4: new Set<string>(), 6: new Set<string>() };
  return networks.flatMap((entries, i) => {
    const lines = entries.map(({ address, family, names, qualified }) => {
      const here = i === 0 ? names : names.filter((name) => !known[family].has(name));
      const all = here[0] === names[0] ? [...here, ...qualified] : [...qualified, ...here];
      return `${address} ${all.join(' ')}`;
    });
    if (i + 1 < networks.length) for (const { family, names } of entries) for (const name of names) known[family].add(name);
    return lines;
  });
}

function resolvConf(node: LabNode): readonly string[] {
  const { dns, dnsSearch } = node.node;
  const search = dnsSearch === undefined || dnsSearch.length === 0 ? [] : [`search ${dnsSearch.join(' ')}`];
  const networks = node.attachments.map(({ network }) => network).filter(({ network }) => network.dns === 'server');
  const own = [...networks.filter(leadsOut), ...networks.filter((network) => !leadsOut(network))];
  const servers = dns.length > 0 ? dns : own.flatMap((network) => serverAddresses(network).slice(0, 1));
  const lines = [...servers.map((server) => `nameserver ${server}`), ...search];
  if (!hasWayOut(node)) return lines;
  // A server of an internal network refuses what it does not know: then the next one is asked.
  if (dns.length > 0 || networks.some(leadsOut)) return dnsSearch === undefined ? [...lines, HOST_SEARCH] : lines;
  return [...lines, dnsSearch === undefined ? HOST_RESOLVERS : HOST_RESOLVERS_ALONE];
}

/** Where the network's DNS server listens. */
function serverAddresses({ subnets }: LabNetwork): readonly string[] {
  return subnets.flatMap(({ gateway }) => gateway?.text ?? []);
}

/** Without a way out the host's resolvers are not asked: nothing would come back. Links may lead anywhere. */
function hasWayOut({ attachments }: LabNode): boolean {
  return attachments.length === 0 || attachments.some(({ network }) => leadsOut(network));
}

function leadsOut({ network: { internal, gateway } }: LabNetwork): boolean {
  return !internal && gateway.kind !== 'none';
}
