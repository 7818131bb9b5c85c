/** What the host forwards into and out of networks. Traffic between the host itself and nodes is not forwarded: it is always free. */
import type { NftChain, NftRule } from '../model/operation.js';
import { comesFromElsewhere, enters, leaves, rule, staysOutOf, wasPublished } from './firewall-rule.js';
import type { LabNetwork } from './lab.js';

export function forwarding(networks: readonly LabNetwork[]): readonly NftChain[] {
  const isolated = networks.filter(({ network }) => !network.internal && (network.isolated || !network.icc));
  // Internal ones first: what is accepted on the way into another network never sees a later rule.
  const rules = [...networks.filter(({ network }) => network.internal).flatMap(shut), ...isolated.map(dispatch)];
  if (rules.length === 0) return [];
  return [{ name: 'forward', hook: { type: 'filter', hook: 'forward', priority: 0 }, rules }, ...isolated.map(entrance)];
}

function shut({ network, bridge, path }: LabNetwork): readonly NftRule[] {
  return [
    ...(network.icc ? [] : [rule(path, [leaves(bridge), enters(bridge)], { verdict: 'drop' })]),
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
  const { icc, isolated } = network.network;
  const accept = { verdict: 'accept' } as const;
  return {
    name: chainName(network),
    rules: [
      rule(path, [{ match: 'ct-state-established-related' }], accept),
      ...(icc ? [rule(path, [leaves(bridge)], accept)] : []),
      rule(path, [wasPublished], accept),
      // Without `icc` the ports of the bridge pass no frames to each other: this is for packets by way of the host.
      rule(path, isolated ? [] : [leaves(bridge)], { verdict: 'drop' }),
    ],
  };
}
