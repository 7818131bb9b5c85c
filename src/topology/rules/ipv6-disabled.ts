import type { SourceRange } from '../../model/diagnostic.js';
import { canonicalKey, interfaceKey } from '../../model/sysctl-key.js';
import type { Node, Sysctl } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

/**
 * The kernel takes no IPv6 address on an interface whose disable_ipv6 is 1 (net/ipv6/addrconf.c), no neighbour
 * (net/ipv6/ndisc.c) and no route (net/ipv6/route.c).
 */
export const ipv6Disabled: Rule = {
  name: 'ipv6-disabled',
  codes: ['ipv6-disabled'],
  check(context) {
    for (const node of context.topology.nodes) {
      const addresses = ipv6AddressesOf(context, node);
      if (!node.ipv6) reportUnused(context, node, new Set(addresses.map(({ dev }) => dev)));
      const written = new Map(node.sysctls.map((sysctl) => [canonicalKey(sysctl.key), sysctl]));
      if (![...written.keys()].some((key) => key.endsWith('.disable_ipv6'))) continue;
      for (const { dev, at } of addresses) {
        const off = switchOf(written, dev);
        if (off === undefined || off.value.trim() === '0') continue;
        const related = [{ message: `${off.key} is here`, at: off.at }];
        const message = `${dev} of ${node.name} has an IPv6 address, and a sysctl switches IPv6 off there`;
        context.report('ipv6-disabled', at, message, { hint: 'remove one of them', related });
      }
    }
  },
};

/** `ipv6: false` switches IPv6 off on each interface without an IPv6 address, lo excepted. */
function reportUnused({ report, place }: RuleContext, node: Node, used: ReadonlySet<string>): void {
  const isOff = (dev: string | undefined): dev is string => dev !== undefined && dev !== 'lo' && !used.has(dev);
  const wants = [
    ...node.neighbours.flatMap(({ dev, address, at }) => (address.includes(':') && isOff(dev) ? [{ dev, at, what: 'a neighbour' }] : [])),
    ...node.routes
      .flatMap((route) => [route, ...(route.nexthops ?? []).map(({ dev, at }) => ({ to: route.to, dev, at }))])
      .flatMap(({ dev, to, at }) => (to.includes(':') && isOff(dev) ? [{ dev, at, what: 'a route' }] : [])),
  ];
  for (const { dev, at, what } of wants) {
    const related = [{ message: 'ipv6: false is here', at: place(node, 'ipv6') }];
    const message = `${dev} of ${node.name} has ${what} of IPv6, and no IPv6 address: ipv6: false switches IPv6 off there`;
    report('ipv6-disabled', at, message, { hint: 'give the interface an IPv6 address, or remove one of the two', related });
  }
}

/** That of the interface, else that of all of them; `default` is for those that are made later, which lo is not. */
function switchOf(written: ReadonlyMap<string, Sysctl>, dev: string): Sysctl | undefined {
  const names = dev === 'lo' ? [dev, 'all'] : [dev, 'all', 'default'];
  return names.flatMap((name) => written.get(interfaceKey('ipv6', name, 'disable_ipv6')) ?? [])[0];
}

interface Given {
  readonly dev: string;
  readonly at: SourceRange;
}

function ipv6AddressesOf({ networks, makersOf, place }: RuleContext, node: Node): readonly Given[] {
  const made = [...makersOf(node)].flatMap(([dev, maker]): readonly Given[] => {
    if (maker.kind === 'link') return maker.end.ipv6Address === undefined ? [] : [{ dev, at: place(maker.end, 'ipv6_address') }];
    const subnets = networks.get(maker.attachment.network)?.subnets ?? [];
    return subnets.some(({ cidr }) => cidr.includes(':')) ? [{ dev, at: place(maker.attachment, 'ipv6_address') }] : [];
  });
  const written = node.interfaces.flatMap((one) =>
    one.addresses.flatMap(({ cidr, at }) => (cidr.includes(':') ? [{ dev: one.name, at }] : [])),
  );
  return [...made, ...written];
}
