/** What the host forwards into and out of networks. Traffic between the host itself and nodes is not forwarded: it is always free. */
import type { NftChain, NftRule } from '../model/operation.js';
import { comesFromElsewhere, enters, leaves, rule, staysOutOf, wasPublished } from './firewall-rule.js';
import type { LabNetwork } from './lab.js';

export function forwarding(networks: readonly LabNetwork[]): readonly NftChain[] {
  const isolated = networks.filter(({ network }) => network.isolated && !network.internal);
  // Internal ones first: what is accepted on the way into another network never sees a later rule.
  const rules = [...networks.filter(({ network }) => network.internal).flatMap(shut), ...isolated.map(dispatch)];
  if (rules.length === 0) return [];
  return [{ name: 'forward', hook: { type: 'filter', hook: 'forward', priority: 0 }, rules }, ...isolated.map(entrance)];
}

function shut({ bridge, path }: LabNetwork): readonly NftRule[] {
  return [
    rule(path, [leaves(bridge), staysOutOf(bridge)], { verdict: 'drop' }),
    rule(path, [enters(bridge), comesFromElsewhere(bridge)], { verdict: 'drop' }),
  ];
}

/** With a prefix, for a network may be named like a word of the nft language (`fwd`). */
const chainName = ({ network }: LabNetwork): string => `to-${network.name}`;

function dispatch(network: LabNetwork): NftRule {
  return rule(network.path, [enters(network.bridge)], { verdict: 'jump', chain: chainName(network) });
}

/** Answers, the network's own traffic (seen here with br_netfilter), and what came in by a published port; no direct way in. */
function entrance(network: LabNetwork): NftChain {
  const { bridge, path } = network;
  const accept = { verdict: 'accept' } as const;
  return {
    name: chainName(network),
    rules: [
      rule(path, [{ match: 'ct-state-established-related' }], accept),
      rule(path, [leaves(bridge)], accept),
      rule(path, [wasPublished], accept),
      rule(path, [], { verdict: 'drop' }),
    ],
  };
}
