import {
  addressAt,
  bitsOf,
  contains,
  firstHost,
  isReservedIn,
  lastOf,
  networkOf,
  parseAddress,
  parseCidr,
  type Cidr,
} from '../../model/address.js';
import { DRIVERS } from '../../model/driver.js';
import type { Attachment, Network, Topology } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

/** BR_MAX_PORTS of net/bridge/br_private.h, without number 0. */
const BRIDGE_PORTS = 1023;
/** Prefix length of the subnets that are chosen automatically. */
const AUTOMATIC = '10.128.0.0/22';

export const networkSize: Rule = {
  name: 'network-size',
  codes: ['network-full', 'subnet-too-small'],
  check(context) {
    const attached = new Map<string, Attachment[]>(context.topology.networks.map((network) => [network.name, []]));
    for (const attachment of context.topology.nodes.flatMap((node) => node.networks)) attached.get(attachment.network)?.push(attachment);
    for (const network of context.topology.networks) {
      const attachments = attached.get(network.name) ?? [];
      const { ports, where } = DRIVERS[network.driver].spans
        ? fullest(context.topology, network)
        : { ports: attachments.length, where: '' };
      if (network.driver !== 'macvlan' && ports > BRIDGE_PORTS) {
        const message = `the network ${network.name} has ${ports} nodes${where}, and a bridge of the kernel takes ${BRIDGE_PORTS}`;
        context.report('network-full', network.at, message, { hint: 'spread the nodes over several networks' });
      } else if (network.flannel === undefined && !context.isIncomplete('networks', network.name))
        checkSubnets(context, network, attachments);
    }
  },
};

/** The bridge with most ports, one of which leads to the other hosts. */
function fullest({ nodes }: Topology, { name }: Network): { readonly ports: number; readonly where: string } {
  const byHost = new Map<string, number>();
  for (const node of nodes)
    if (node.networks.some(({ network }) => network === name))
      byHost.set(node.host?.name ?? '', (byHost.get(node.host?.name ?? '') ?? 1) + 1);
  const [host, ports] = [...byHost].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return { ports, where: ` (and a tunnel) on ${host === '' ? 'the machine itself' : host}` };
}

function checkSubnets(context: RuleContext, network: Network, attachments: readonly Attachment[]): void {
  const subnets = network.subnets.length === 0 ? [{ cidr: AUTOMATIC, at: network.at }] : network.subnets;
  for (const { cidr, at, ipRange } of subnets) {
    const subnet = parseCidr(cidr);
    const range = parseCidr(ipRange ?? cidr);
    if (subnet === null || range === null) continue;
    const written = attachments.flatMap((one) => (subnet.family === 4 ? one.ipv4Address : one.ipv6Address) ?? []);
    const needed = attachments.length - written.length;
    if (needed === 0 || range.prefix < bitsOf(range.family) - 32) continue;
    const free = 2 ** (bitsOf(range.family) - range.prefix) - takenIn(network, subnet, range, written);
    if (needed <= free) continue;
    const message = `${needed} ${needed === 1 ? 'node' : 'nodes'} of ${network.name} without an address of their own, and ${range.text} has ${Math.max(0, free)} to give`;
    const hint = network.subnets.length === 0 ? 'write a larger "subnet"' : 'a shorter prefix length gives more addresses';
    context.report('subnet-too-small', at, message, { hint });
  }
}

/** Addresses of the range that are nobody's to give: reserved ones, the gateway, those that the file writes. */
function takenIn({ gateway }: Network, subnet: Cidr, range: Cidr, written: readonly string[]): number {
  const taken = new Set(written.filter((text) => contains(range, parseAddress(text) ?? addressAt(range, 0))));
  for (const edge of [networkOf(range).address, lastOf(range)]) if (isReservedIn(subnet, edge)) taken.add(edge.text);
  const host = gateway.kind !== 'host' ? undefined : ((subnet.family === 4 ? gateway.ipv4 : gateway.ipv6) ?? firstHost(subnet).text);
  const address = host === undefined ? null : parseAddress(host);
  if (address !== null && contains(range, address)) taken.add(address.text);
  return taken.size;
}
