/** Source addresses of what leaves networks, and of what comes back into one through a published port. */
import { familyOf } from '../model/address.js';
import type { NftRule, NftVerdict } from '../model/operation.js';
import type { Branch } from './firewall-branch.js';
import { from, notTo, rule, staysOutOf, wasPublished } from './firewall-rule.js';
import type { LabNetwork, LabSubnet } from './lab.js';
import type { Publication } from './publications.js';

const MULTICAST = { 4: '224.0.0.0/4', 6: 'ff00::/8' } as const;

export function addressTranslation(networks: readonly LabNetwork[], publications: readonly Publication[]): readonly Branch[] {
  const published = new Set(publications.map(({ network, family }) => publishedKey(network, family)));
  return networks.flatMap((network): Branch[] => {
    const reached = network.subnets.filter(({ family }) => published.has(publishedKey(network, family)));
    const outward = network.subnets.flatMap((subnet) => egress(network, subnet));
    const inward = reached.flatMap((subnet) => returning(network, subnet));
    return [
      { base: 'postrouting', direction: 'from', network, rules: outward },
      { base: 'postrouting', direction: 'to', network, rules: inward },
    ];
  });
}

const publishedKey = ({ network }: LabNetwork, family: number): string => `${network.name}/${family}`;

function egress({ network, bridge, cluster, path }: LabNetwork, { family, cidr }: LabSubnet): readonly NftRule[] {
  const { masquerade, internal } = network;
  if (internal || masquerade === false) return [];
  const verdict: NftVerdict =
    typeof masquerade === 'string' && familyOf(masquerade) === family
      ? { verdict: 'snat', address: masquerade }
      : { verdict: 'masquerade', family };
  return [
    rule(
      path,
      [from(cidr.text), staysOutOf(bridge), notTo(MULTICAST[family]), ...(cluster === undefined ? [] : [notTo(cluster.text)])],
      verdict,
    ),
  ];
}

/** Through a published port a node meets itself, a neighbour or the host: the answer must come back by the host, not straight. */
function returning({ path }: LabNetwork, { family, cidr }: LabSubnet): readonly NftRule[] {
  const masquerade: NftVerdict = { verdict: 'masquerade', family };
  return [
    rule(path, [from(cidr.text), wasPublished], masquerade),
    rule(path, [{ match: 'fib-local', side: 'saddr' }, wasPublished], masquerade),
  ];
}
