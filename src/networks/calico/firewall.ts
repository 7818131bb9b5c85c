/** Rules of calico networks on one host: who may send with which address, what leaves with the host's, what keeps networks apart. */
import { familyOf } from '../../model/address.js';
import type { NftRule, NftVerdict } from '../../model/operation.js';
import type { Branch } from '../firewall-branch.js';
import { from, notFrom, notTo, rule, to, wasPublished } from '../firewall-rule.js';
import type { LabNetwork, LabSubnet } from '../lab.js';
import type { Publication } from '../publications.js';

const MULTICAST = { 4: '224.0.0.0/4', 6: 'ff00::/8' } as const;
const DROP: NftVerdict = { verdict: 'drop' };

export interface CalicoHome {
  readonly network: LabNetwork;
  /** The host's ends of its nodes there, in the order of their names. */
  readonly interfaces: readonly string[];
  /** Those of them that no policy selects. */
  readonly open: readonly string[];
}

/** `pools`: of all calico networks of the lab. */
export function calicoBranches(
  homes: readonly CalicoHome[],
  pools: readonly LabSubnet[],
  publications: readonly Publication[],
): readonly Branch[] {
  return homes.flatMap(({ network, interfaces, open }): Branch[] => {
    const branch = (base: Branch['base'], direction: Branch['direction'], rules: readonly NftRule[]): Branch => ({
      ...{ base, direction, network, interfaces, rules },
    });
    const { internal } = network.network;
    return [
      branch('arrival', 'from', [rule(network.path, [{ match: 'fib-no-way-back' }], DROP)]),
      ...(internal
        ? [branch('forward', 'from', within(network, notTo)), { ...branch('forward', 'to', within(network, notFrom)), interfaces: open }]
        : []),
      branch('postrouting', 'from', internal ? [] : network.subnets.flatMap(({ family }) => egress(network, family, pools))),
      branch('postrouting', 'to', returning(network, publications)),
    ];
  });
}

/** Nothing but what is of the network passes. */
export function within({ subnets, path }: LabNetwork, elsewhere: typeof notTo): readonly NftRule[] {
  return ([4, 6] as const).map((family) => {
    const subnet = subnets.find((one) => one.family === family);
    return rule(path, subnet === undefined ? [{ match: 'nfproto', family }] : [elsewhere(subnet.cidr.text)], DROP);
  });
}

function egress({ network, subnets, path }: LabNetwork, family: 4 | 6, pools: readonly LabSubnet[]): readonly NftRule[] {
  const subnet = subnets.find((one) => one.family === family);
  if (network.masquerade === false || subnet === undefined) return [];
  const inside = pools.filter((pool) => pool.family === family).map(({ cidr }) => notTo(cidr.text));
  return [rule(path, [from(subnet.cidr.text), ...inside, notTo(MULTICAST[family])], { verdict: 'masquerade', family })];
}

/** A node that reaches itself by its published port, and the host by 127.0.0.1: the answer has to come back by the host. */
function returning(network: LabNetwork, publications: readonly Publication[]): readonly NftRule[] {
  const own = publications.filter((one) => one.network === network);
  const addresses = [...new Set(own.map(({ address }) => address))];
  const families = [...new Set(own.map(({ family }) => family))].sort();
  return [
    ...addresses.map((address) =>
      rule(network.path, [from(address), to(address), wasPublished], { verdict: 'masquerade', family: familyOf(address) }),
    ),
    ...families.map((family) =>
      rule(network.path, [{ match: 'fib-local', side: 'saddr' }, wasPublished], { verdict: 'masquerade', family }),
    ),
  ];
}

/** `isolated`: nodes of other networks of the host do not get in, neither here nor on another host. */
export function keptApart(others: readonly Pick<CalicoHome, 'network' | 'interfaces'>[], calico: readonly LabNetwork[]): readonly Branch[] {
  const isolated = calico.filter(({ network }) => network.isolated);
  return others.flatMap(({ network, interfaces }): Branch[] => {
    const closed = isolated.filter((one) => one !== network);
    if (network.network.internal || closed.length === 0) return [];
    const drops = closed.flatMap(({ subnets, path }) => subnets.map(({ cidr }) => rule(path, [to(cidr.text)], DROP)));
    const answers = rule('networks', [{ match: 'ct-state-established-related' }], { verdict: 'return' });
    return [{ base: 'forward', direction: 'from', network, interfaces, rules: [answers, ...drops] }];
  });
}
