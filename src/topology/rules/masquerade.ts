import { familyOf } from '../../model/address.js';
import type { Rule } from './rule.js';

export const masquerade: Rule = {
  name: 'masquerade',
  codes: ['bad-masquerade', 'conflicting-keys'],
  check({ topology, report, place, isWritten, isIncomplete }) {
    for (const network of topology.networks) {
      if (
        !isWritten(network, 'masquerade') ||
        network.masquerade === false ||
        network.external ||
        network.driver === 'macvlan' ||
        isIncomplete('networks', network.name)
      )
        continue;
      const at = place(network, 'masquerade');
      const { masquerade: address, gateway, internal, name } = network;
      if (internal || gateway.kind === 'node') {
        const why = internal ? 'nothing leaves an internal network' : 'its gateway is a node';
        report('conflicting-keys', at, `the host does not masquerade for ${name}: ${why}`, { hint: 'remove "masquerade"' });
      } else if (typeof address === 'string' && !hasFamily(network.subnets, familyOf(address))) {
        const message = `${name} has no IPv${familyOf(address)} subnet to masquerade as ${address}`;
        report('bad-masquerade', at, message);
      }
    }
  },
};

/** Without a written subnet, an IPv4 one is chosen. */
function hasFamily(subnets: readonly { readonly cidr: string }[], family: 4 | 6): boolean {
  return subnets.length === 0 ? family === 4 : subnets.some(({ cidr }) => familyOf(cidr) === family);
}
