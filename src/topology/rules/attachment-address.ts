import { contains, firstHost, isReservedIn, lastOf, parseAddress, parseCidr, type Address, type Cidr } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import type { Attachment, Network, Node, Subnet } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

export const attachmentAddress: Rule = {
  name: 'attachment-address',
  codes: ['address-without-subnet', 'address-outside-subnet', 'address-reserved', 'gateway-taken'],
  check(context) {
    const facts = new Map(context.topology.networks.map((network) => [network.name, factsOf(network)]));
    for (const node of context.topology.nodes) checkInterfaces(context, node, facts);
    for (const attachment of context.topology.nodes.flatMap((node) => node.networks)) {
      const network = context.networks.get(attachment.network);
      if (network === undefined || context.isIncomplete('networks', network.name)) continue;
      for (const key of ['ipv4Address', 'ipv6Address'] as const) {
        const address = attachment[key] === undefined ? null : parseAddress(attachment[key]);
        if (address !== null) checkAddress(context, network, facts.get(network.name) ?? [], attachment, address);
      }
    }
  },
};

/** Of a subnet, once for all its nodes. */
interface Facts {
  readonly cidr: Cidr;
  readonly subnet: Subnet;
  readonly network: string;
  /** Where there is one. */
  readonly broadcast: string | undefined;
  readonly gateway: string | undefined;
}

function factsOf(network: Network): readonly Facts[] {
  return network.subnets.flatMap((subnet) => {
    const cidr = parseCidr(subnet.cidr);
    if (cidr === null) return [];
    const last = lastOf(cidr);
    const broadcast = isReservedIn(cidr, last) ? last.text : undefined;
    const reserved = isReservedIn(cidr, cidr.address) ? cidr.address.text : '';
    return [{ cidr, subnet, network: reserved, broadcast, gateway: gatewayIn(network, cidr) }];
  });
}

function checkAddress(context: RuleContext, network: Network, facts: readonly Facts[], attachment: Attachment, address: Address): void {
  const { report } = context;
  const of = facts.find(({ cidr }) => cidr.family === address.family);
  if (of === undefined) {
    const hint = `add "subnet" to the network ${network.name}, or remove the address: one is chosen automatically`;
    const message = `${address.text} needs a written IPv${address.family} subnet, and the network ${network.name} has none`;
    report('address-without-subnet', at(), message, { hint });
    return;
  }
  const related = [{ message: `the subnet of ${network.name} is here`, at: of.subnet.at }];
  if (!contains(of.cidr, address)) {
    report('address-outside-subnet', at(), `${address.text} is not in ${of.cidr.text}, the subnet of ${network.name}`, { related });
  } else if (address.text === of.network || address.text === of.broadcast) {
    const role = address.text === of.network ? 'network' : 'broadcast';
    report('address-reserved', at(), `${address.text} is the ${role} address of ${of.cidr.text}`, { hint: 'choose one between', related });
  } else if (address.text === of.gateway) {
    const hint = 'choose another address, or another "gateway" for the network';
    report('gateway-taken', at(), `${address.text} is the gateway of the network ${network.name}`, { hint, related });
  }

  function at(): SourceRange {
    return context.place(attachment, `ipv${address.family}_address`);
  }
}

/** What an interface has besides: in any subnet, but not the gateway's own address. */
function checkInterfaces(context: RuleContext, node: Node, facts: ReadonlyMap<string, readonly Facts[]>): void {
  for (const { name, addresses } of node.interfaces) {
    const maker = addresses.length === 0 ? undefined : context.makersOf(node).get(name);
    if (maker?.kind !== 'network') continue;
    const gateways = (facts.get(maker.attachment.network) ?? []).map(({ gateway }) => gateway);
    for (const { cidr, at } of addresses) {
      const address = parseCidr(cidr)?.address.text;
      if (address === undefined || !gateways.includes(address)) continue;
      const message = `${address} is the gateway of the network ${maker.attachment.network}`;
      context.report('gateway-taken', at, message, { hint: 'choose another address, or another "gateway" for the network' });
    }
  }
}

/** Where each host has a subnet of its own, it has a gateway of its own as well. */
function gatewayIn({ gateway, flannel }: Network, cidr: Cidr): string | undefined {
  if (gateway.kind !== 'host' || flannel !== undefined) return undefined;
  return (cidr.family === 4 ? gateway.ipv4 : gateway.ipv6) ?? firstHost(cidr).text;
}
