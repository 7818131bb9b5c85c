import { contains, isReservedIn, parseAddress, parseCidr } from '../../model/address.js';
import type { Rule } from './rule.js';

export const gatewayAddress: Rule = {
  name: 'gateway-address',
  codes: ['gateway-outside-subnet', 'subnet-missing', 'address-reserved'],
  check({ topology, report, isIncomplete }) {
    for (const { name, gateway, subnets } of topology.networks) {
      if (gateway.kind !== 'host' || gateway.at === undefined || isIncomplete('networks', name)) continue;
      for (const address of [gateway.ipv4, gateway.ipv6].flatMap((text) => parseAddress(text ?? '') ?? [])) {
        const subnet = subnets.map((one) => parseCidr(one.cidr)).find((cidr) => cidr?.family === address.family);
        if (subnets.length === 0) {
          const hint = 'add "subnet" to the network, or remove "gateway": the first address is taken';
          report('subnet-missing', gateway.at, `gateway ${address.text} needs a written subnet`, { hint });
        } else if (!subnet || !contains(subnet, address)) {
          const message = `gateway ${address.text} is not in a subnet of the network ${name}`;
          report('gateway-outside-subnet', gateway.at, message, { hint: `its subnets: ${subnets.map((one) => one.cidr).join(', ')}` });
        } else if (isReservedIn(subnet, address)) {
          const message = `gateway ${address.text} is the network or the broadcast address of ${subnet.text}`;
          report('address-reserved', gateway.at, message, { hint: 'choose one between' });
        }
      }
    }
  },
};
