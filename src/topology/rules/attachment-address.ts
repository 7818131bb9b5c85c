import { contains, familyOf, firstHost, isReservedIn, parseAddress, parseCidr, type Address, type Cidr } from '../../model/address.js';
import type { Attachment, Network } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

export const attachmentAddress: Rule = {
  name: 'attachment-address',
  codes: ['address-without-subnet', 'address-outside-subnet', 'address-reserved', 'gateway-taken'],
  check(context) {
    for (const attachment of context.topology.nodes.flatMap((node) => node.networks)) {
      const network = context.networks.get(attachment.network);
      if (network === undefined || context.isIncomplete('networks', network.name)) continue;
      for (const key of ['ipv4Address', 'ipv6Address'] as const) {
        const address = parseAddress(attachment[key] ?? '');
        if (address !== null) checkAddress(context, network, attachment, address);
      }
    }
  },
};

function checkAddress(context: RuleContext, network: Network, attachment: Attachment, address: Address): void {
  const at = context.place(attachment, `ipv${address.family}_address`);
  const subnet = network.subnets.find((one) => familyOf(one.cidr) === address.family);
  const cidr = parseCidr(subnet?.cidr ?? '');
  if (subnet === undefined || cidr === null) {
    const hint = `add "subnet" to the network ${network.name}, or remove the address: one is chosen automatically`;
    const message = `${address.text} needs a written IPv${address.family} subnet, and the network ${network.name} has none`;
    context.report('address-without-subnet', at, message, { hint });
    return;
  }
  const related = [{ message: `the subnet of ${network.name} is here`, at: subnet.at }];
  if (!contains(cidr, address)) {
    context.report('address-outside-subnet', at, `${address.text} is not in ${cidr.text}, the subnet of ${network.name}`, { related });
  } else if (isReservedIn(cidr, address)) {
    const role = address.text === cidr.address.text ? 'network' : 'broadcast';
    context.report('address-reserved', at, `${address.text} is the ${role} address of ${cidr.text}`, {
      hint: 'choose one between',
      related,
    });
  } else if (address.text === gatewayIn(network, cidr)) {
    const hint = 'choose another address, or another "gateway" for the network';
    context.report('gateway-taken', at, `${address.text} is the gateway of the network ${network.name}`, { hint, related });
  }
}

function gatewayIn({ gateway }: Network, cidr: Cidr): string | undefined {
  if (gateway.kind !== 'host') return undefined;
  return (cidr.family === 4 ? gateway.ipv4 : gateway.ipv6) ?? firstHost(cidr).text;
}
