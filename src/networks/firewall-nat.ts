/** Source addresses of what leaves networks, and of what comes back into one through a published port. */
import { familyOf } from '../model/address.js';
import type { NftChain, NftRule, NftVerdict } from '../model/operation.js';
import { enters, from, notTo, rule, staysOutOf, wasPublished } from './firewall-rule.js';
import type { LabNetwork, LabSubnet } from './lab.js';
import type { Publication } from './publications.js';

const MULTICAST = { 4: '224.0.0.0/4', 6: 'ff00::/8' } as const;

export function addressTranslation(networks: readonly LabNetwork[], publications: readonly Publication[]): readonly NftChain[] {
  const published = new Set(publications.map(({ network, family }) => publishedKey(network, family)));
  const rules = networks.flatMap((network) =>
    network.subnets.flatMap((subnet) => [
      ...egress(network, subnet),
      ...(published.has(publishedKey(network, subnet.family)) ? returning(network, subnet) : []),
    ]),
  );
  return rules.length === 0 ? [] : [{ name: 'postrouting', hook: { type: 'nat', hook: 'postrouting', priority: 100 }, rules }];
}

const publishedKey = ({ network }: LabNetwork, family: number): string => `${network.name}/${family}`;

function egress({ network, bridge, path }: LabNetwork, { family, cidr }: LabSubnet): readonly NftRule[] {
  const { masquerade, internal } = network;
  if (internal || masquerade === false) return [];
  const verdict: NftVerdict =
    typeof masquerade === 'string' && familyOf(masquerade) === family
      ? { verdict: 'snat', address: masquerade }
      : { verdict: 'masquerade', family };
  return [rule(path, [from(cidr.text), staysOutOf(bridge), notTo(MULTICAST[family])], verdict)];
}

/** Through a published port a node meets itself, a neighbour or the host: the answer must come back by the host, not straight. */
function returning({ bridge, path }: LabNetwork, { family, cidr }: LabSubnet): readonly NftRule[] {
  const masquerade: NftVerdict = { verdict: 'masquerade', family };
  return [
    rule(path, [enters(bridge), from(cidr.text), wasPublished], masquerade),
    rule(path, [enters(bridge), { match: 'fib-local', side: 'saddr' }, wasPublished], masquerade),
  ];
}
