/**
 * Nodes of several networks with a DNS server (`dns: server`): those on the same ones, in the same order, know the same names,
 * and have a server of their own, a *view*. It has a port of its own on the gateway addresses of these networks; rules send it
 * what such a node asks at port 53 of one of them.
 */
import type { Family } from '../model/address.js';
import { hash } from '../model/names.js';
import type { Lab, LabNetwork, LabNode } from './lab.js';
import { shortName } from './short-name.js';

export interface DnsView {
  /** `front+back` */
  readonly name: string;
  readonly home: string;
  /** A name means what it means on the first that knows it. */
  readonly networks: readonly LabNetwork[];
  readonly port: number;
  /** Of its nodes, on these networks. */
  readonly askers: readonly { readonly family: Family; readonly address: string }[];
}

export function dnsViewsOf({ networks, nodes }: Lab): readonly DnsView[] {
  if (networks.filter(isServed).length < 2) return [];
  const byPlace = new Map<string, LabNode[]>();
  for (const node of nodes) {
    const served = servedOf(node);
    const [first] = served;
    if (first === undefined || served.length < 2) continue;
    const place = `${first.home}/${served.map(({ network }) => network.name).join('+')}`;
    const others = byPlace.get(place);
    if (others === undefined) byPlace.set(place, [node]);
    else others.push(node);
  }
  if (byPlace.size === 0) return [];
  const shared = sharedAddresses(nodes);
  const taken = new Map<string, Set<number>>();
  // The order of the file is of no meaning to the ports.
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, all]) => viewOf(servedOf(all[0]!), all, shared, taken));
}

function viewOf(
  networks: readonly LabNetwork[],
  nodes: readonly LabNode[],
  shared: ReadonlySet<string>,
  taken: Map<string, Set<number>>,
): DnsView {
  const { home } = networks[0]!;
  const name = shortName(networks.map(({ network }) => network.name).join('+'), MOST_BYTES);
  const ports = taken.get(home) ?? new Set();
  taken.set(home, ports);
  const askers = nodes.flatMap(addressesOf).filter(({ address }) => !shared.has(address));
  return { name, home, networks, port: freePort(name, ports), askers: askers.sort((a, b) => (a.address < b.address ? -1 : 1)) };
}

/** With a namespace and what files and chains are called besides, less than a name of either may have. */
const MOST_BYTES = 80;

/** Below those that the kernel gives to outgoing connections (`net.ipv4.ip_local_port_range`), which might have one at the moment. */
const PORTS = { first: 20_000, count: 12_000 } as const;

/** Of the name, so that it stays when other views come and go. */
function freePort(name: string, taken: Set<number>): number {
  if (taken.size >= PORTS.count) throw new RangeError(`more than ${PORTS.count} DNS servers in one namespace`);
  let offset = parseInt(hash(8, 'dns', name), 16) % PORTS.count;
  while (taken.has(PORTS.first + offset)) offset = (offset + 1) % PORTS.count;
  taken.add(PORTS.first + offset);
  return PORTS.first + offset;
}

const isServed = ({ network }: LabNetwork): boolean => network.dns === 'server';

function servedOf({ attachments }: LabNode): readonly LabNetwork[] {
  return attachments.length < 2 ? [] : attachments.map(({ network }) => network).filter(isServed);
}

/** All that its interfaces have there: the kernel may choose any of them as the source. */
function addressesOf({ attachments }: LabNode): DnsView['askers'] {
  return attachments
    .filter(({ network }) => isServed(network))
    .flatMap((one) => one.interface.addresses.map(({ cidr }) => ({ family: cidr.family, address: cidr.address.text })));
}

/** Those of several nodes, as routers have them in turn, do not say who asks. */
function sharedAddresses(nodes: readonly LabNode[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const address of nodes.flatMap((node) => [...new Set(addressesOf(node).map((one) => one.address))]))
    if (seen.has(address)) shared.add(address);
    else seen.add(address);
  return shared;
}
