import { parseCidr } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import { HOST } from '../../model/state.js';
import type { Network, Topology } from '../../model/topology.js';
import type { Maker, Rule, RuleContext } from './rule.js';

/** In one network, on one link, in one node; in two networks that are one LAN. */
export const addressTwice: Rule = {
  name: 'address-twice',
  codes: ['address-twice'],
  check(context) {
    const first = new Map<string, Given>();
    for (const given of givenIn(context)) {
      const { scope, address, object, key } = given;
      const identity = `${scope} ${address}`;
      const before = first.get(identity);
      if (before === undefined) {
        first.set(identity, given);
        continue;
      }
      const related = [{ message: 'the first is here', at: context.place(before.object, before.key) }];
      const hint = 'choose another address';
      context.report('address-twice', context.place(object, key), `${address} is given twice ${scope}`, { hint, related });
    }
  },
};

interface Given {
  readonly scope: string;
  readonly address: string;
  readonly object: { readonly at: SourceRange };
  readonly key: string;
}

function givenIn({ topology, makersOf }: RuleContext): readonly Given[] {
  const lans = lansOf(topology);
  const inNetworks = topology.nodes.flatMap((node) =>
    node.networks.flatMap((one) =>
      ([4, 6] as const).flatMap((family) => {
        const address = family === 4 ? one.ipv4Address : one.ipv6Address;
        if (address === undefined) return [];
        const given = { address, object: one, key: `ipv${family}_address` };
        return [
          { scope: `in the network ${one.network}`, ...given },
          { scope: `in the node ${node.name}`, ...given },
          ...(lans.get(one.network) ?? []).map((scope) => ({ scope, ...given })),
        ];
      }),
    ),
  );
  const shims = topology.networks.flatMap((object) => {
    const address = object.macvlan?.hostShim;
    if (typeof address !== 'string') return [];
    return (lans.get(object.name) ?? []).map((scope) => ({ scope, address, object, key: 'host_shim' }));
  });
  const onLinks = topology.links.flatMap((link, i) =>
    link.endpoints.flatMap((end) =>
      ([4, 6] as const).flatMap((family) => {
        const address = plain(family === 4 ? end.ipv4Address : end.ipv6Address);
        if (address === undefined) return [];
        const given = { address, object: end, key: `ipv${family}_address` };
        const ofNode = end.node === HOST ? 'on the host' : `in the node ${end.node}`;
        return [
          { scope: `on link ${i + 1}`, ...given },
          { scope: ofNode, ...given },
        ];
      }),
    ),
  );
  const onInterfaces = topology.nodes.flatMap((node) =>
    node.interfaces.flatMap((one) =>
      one.addresses.flatMap((object) => {
        const given = { address: plain(object.cidr) ?? object.cidr, object, key: '' };
        const scopes = [`in the node ${node.name}`, ...scopeOf(makersOf(node).get(one.name))];
        return scopes.map((scope) => ({ scope, ...given }));
      }),
    ),
  );
  return [...inNetworks, ...shims, ...onLinks, ...onInterfaces];
}

/** Network → the LANs that it is with another one: hosts are on it by a bridge, nodes by interfaces of their own. */
function lansOf({ networks }: Topology): ReadonlyMap<string, readonly string[]> {
  const lans = new Map<string, string[]>();
  const subnetsOf = ({ subnets }: Network): readonly string[] => subnets.map(({ cidr }) => parseCidr(cidr)?.text ?? cidr);
  for (const upper of networks.filter(({ macvlan }) => macvlan !== undefined)) {
    const own = new Set(subnetsOf(upper));
    for (const lower of networks.filter((other) => other.macvlan === undefined && subnetsOf(other).some((subnet) => own.has(subnet)))) {
      const scope = `on the LAN of ${lower.name} and ${upper.name}`;
      for (const { name } of [upper, lower]) lans.set(name, [...(lans.get(name) ?? []), scope]);
    }
  }
  return lans;
}

/** Those who hear each other; lo is alone. */
function scopeOf(maker: Maker | undefined): readonly string[] {
  if (maker === undefined) return [];
  return [maker.kind === 'network' ? `in the network ${maker.attachment.network}` : `on link ${maker.number}`];
}

function plain(cidr: string | undefined): string | undefined {
  return cidr === undefined ? undefined : parseCidr(cidr)?.address.text;
}
