import { contains, hasHostBits, isReservedIn, overlaps, parseCidr, type Address, type Cidr } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import type { Rule, RuleContext } from './rule.js';

/** Addresses that are nobody's, whatever the network: subnets, and what the file gives to interfaces and to ends of links. */
export const specialAddress: Rule = {
  name: 'special-address',
  codes: ['address-special', 'address-reserved'],
  check(context) {
    for (const given of givenIn(context)) {
      const { cidr, at, what } = given;
      const special = kindOf(given);
      if (special !== undefined) {
        const message = `${cidr.text} cannot be ${what}: ${special}`;
        context.report('address-special', at, message, { hint: `for example ${cidr.family === 4 ? '10.0.0.0/24' : 'fd00::/64'}` });
      } else if (what === AN_ADDRESS && cidr.family === 4 && isReservedIn(cidr, cidr.address)) {
        const role = hasHostBits(cidr) ? 'broadcast' : 'network';
        context.report('address-reserved', at, `${cidr.address.text} is the ${role} address of its own subnet, ${cidr.text}`, {
          hint: 'choose one between, or a longer prefix length',
        });
      }
    }
  },
};

/** The kernel takes most of the IPv4 ones, and then routes nothing to them; of IPv6 it refuses them. */
const SPECIAL: readonly { readonly cidr: string; readonly reason: string; readonly isLoopback?: true }[] = [
  { cidr: '0.0.0.0/8', reason: 'addresses of 0.0.0.0/8 mean no host' },
  { cidr: '127.0.0.0/8', reason: '127.0.0.0/8 is for lo', isLoopback: true },
  { cidr: '224.0.0.0/4', reason: '224.0.0.0/4 is multicast' },
  { cidr: '255.255.255.255/32', reason: '255.255.255.255 is everybody on a link' },
  { cidr: '::/128', reason: ':: means no host' },
  { cidr: '::1/128', reason: '::1 is for lo', isLoopback: true },
  { cidr: 'ff00::/8', reason: 'ff00::/8 is multicast' },
];

function kindOf({ cidr, what, onLoopback }: Given): string | undefined {
  if (cidr.prefix === 0) return 'a prefix length of 0 is the whole Internet';
  const isIn = (special: string): boolean => (what === AN_ADDRESS ? contains(special, cidr.address) : overlaps(special, cidr));
  return SPECIAL.find((special) => isIn(special.cidr) && !(onLoopback && special.isLoopback === true))?.reason;
}

/** Why nobody else can be reached by the address. */
export function whyNobody(address: Address): string | undefined {
  return SPECIAL.find(({ cidr }) => contains(cidr, address))?.reason;
}

const AN_ADDRESS = 'the address of an interface';

interface Given {
  readonly cidr: Cidr;
  readonly at: SourceRange;
  readonly what: typeof AN_ADDRESS | 'a subnet';
  readonly onLoopback: boolean;
}

function givenIn({ topology, place }: RuleContext): readonly Given[] {
  const given = (text: string | undefined, at: () => SourceRange, what: Given['what'], onLoopback = false): readonly Given[] => {
    const cidr = parseCidr(text ?? '');
    return cidr === null ? [] : [{ cidr, at: at(), what, onLoopback }];
  };
  return [
    ...topology.networks.flatMap(({ subnets }) => subnets.flatMap(({ cidr, at }) => given(cidr, () => at, 'a subnet'))),
    ...topology.nodes.flatMap((node) =>
      node.interfaces.flatMap((one) => one.addresses.flatMap(({ cidr, at }) => given(cidr, () => at, AN_ADDRESS, one.name === 'lo'))),
    ),
    ...topology.links.flatMap((link) =>
      link.endpoints.flatMap((end) => [
        ...given(end.ipv4Address, () => place(end, 'ipv4_address'), AN_ADDRESS),
        ...given(end.ipv6Address, () => place(end, 'ipv6_address'), AN_ADDRESS),
      ]),
    ),
  ];
}
