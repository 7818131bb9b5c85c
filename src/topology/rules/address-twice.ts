import { parseCidr } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import { HOST } from '../../model/state.js';
import type { Rule, RuleContext } from './rule.js';

/** In one network, on one link, in one node. */
export const addressTwice: Rule = {
  name: 'address-twice',
  codes: ['address-twice'],
  check(context) {
    const first = new Map<string, SourceRange>();
    for (const { scope, address, at } of givenIn(context)) {
      const before = first.get(`${scope} ${address}`);
      first.set(`${scope} ${address}`, before ?? at);
      if (before === undefined) continue;
      const related = [{ message: 'the first is here', at: before }];
      context.report('address-twice', at, `${address} is given twice ${scope}`, { hint: 'choose another address', related });
    }
  },
};

interface Given {
  readonly scope: string;
  readonly address: string;
  readonly at: SourceRange;
}

function givenIn({ topology, place }: RuleContext): readonly Given[] {
  const inNetworks = topology.nodes.flatMap((node) =>
    node.networks.flatMap((one) =>
      ([4, 6] as const).flatMap((family) => {
        const address = family === 4 ? one.ipv4Address : one.ipv6Address;
        if (address === undefined) return [];
        const at = place(one, `ipv${family}_address`);
        return [
          { scope: `in the network ${one.network}`, address, at },
          { scope: `in the node ${node.name}`, address, at },
        ];
      }),
    ),
  );
  const onLinks = topology.links.flatMap((link, i) =>
    link.endpoints.flatMap((end) =>
      ([4, 6] as const).flatMap((family) => {
        const address = plain(family === 4 ? end.ipv4Address : end.ipv6Address);
        if (address === undefined) return [];
        const at = place(end, `ipv${family}_address`);
        const ofNode = end.node === HOST ? 'on the host' : `in the node ${end.node}`;
        return [
          { scope: `on link ${i + 1}`, address, at },
          { scope: ofNode, address, at },
        ];
      }),
    ),
  );
  const onInterfaces = topology.nodes.flatMap((node) =>
    node.interfaces.flatMap((one) =>
      one.addresses.map(({ cidr, at }) => ({ scope: `in the node ${node.name}`, address: plain(cidr) ?? cidr, at })),
    ),
  );
  return [...inNetworks, ...onLinks, ...onInterfaces];
}

function plain(cidr: string | undefined): string | undefined {
  return cidr === undefined ? undefined : parseCidr(cidr)?.address.text;
}
