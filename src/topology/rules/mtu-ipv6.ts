import { familyOf, IPV6_MIN_MTU } from '../../model/address.js';
import { DRIVERS } from '../../model/driver.js';
import type { Rule } from './rule.js';

export const mtuIpv6: Rule = {
  name: 'mtu-ipv6',
  codes: ['mtu-too-small'],
  check({ topology, report, place, isWritten }) {
    const hint = 'IPv6 needs at least 1280';
    for (const network of topology.networks) {
      if (network.mtu >= IPV6_MIN_MTU || !network.subnets.some(({ cidr }) => familyOf(cidr) === 6)) continue;
      // What the underlay leaves room for is told with the numbers of both.
      if (DRIVERS[network.driver].spans && !isWritten(network, 'mtu')) continue;
      const message = `MTU ${network.mtu} is too small for the IPv6 subnet of ${network.name}`;
      report('mtu-too-small', place(network, 'mtu'), message, { hint });
    }
    for (const link of topology.links) {
      if (link.mtu >= IPV6_MIN_MTU || !link.endpoints.some((end) => end.ipv6Address !== undefined)) continue;
      report('mtu-too-small', place(link, 'mtu'), `MTU ${link.mtu} is too small for a link with an IPv6 address`, { hint });
    }
    for (const settings of topology.nodes.flatMap((node) => node.interfaces)) {
      if (settings.mtu === undefined || settings.mtu >= IPV6_MIN_MTU || !settings.addresses.some(({ cidr }) => familyOf(cidr) === 6))
        continue;
      report('mtu-too-small', place(settings, 'mtu'), `MTU ${settings.mtu} is too small for an IPv6 address`, { hint });
    }
  },
};
