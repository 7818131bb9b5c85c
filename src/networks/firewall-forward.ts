/** What the host forwards into and out of networks. Traffic between the host itself and nodes is not forwarded: it is always free. */
import { DRIVERS } from '../model/driver.js';
import type { NftRule } from '../model/operation.js';
import type { Branch } from './firewall-branch.js';
import { comesFromElsewhere, from, leaves, rule, staysOutOf, wasPublished } from './firewall-rule.js';
import type { Crossing } from './crossings.js';
import type { LabNetwork } from './lab.js';

export function forwarding(networks: readonly LabNetwork[], crossings: readonly Crossing[]): readonly Branch[] {
  return networks.flatMap((network): Branch[] => {
    const branch = (direction: Branch['direction'], rules: readonly NftRule[]): Branch => ({ base: 'forward', direction, network, rules });
    const { internal, isolated, icc } = network.network;
    if (internal) return [branch('from', shutOut(network)), branch('to', shutIn(network))];
    const inward = isolated || !icc ? [branch('to', entrance(network, crossings.filter(isInto(network))))] : [];
    return [...inward, ...(isolated ? toOtherHosts(network) : [])];
  });
}

/** A packet's source address has to be one that the host would answer by the same bridge. */
export function honesty(networks: readonly LabNetwork[]): readonly Branch[] {
  return networks
    .filter(({ network }) => network.antispoof === true)
    .map((network) => ({
      base: 'arrival',
      direction: 'from',
      network,
      rules: [rule(network.path, [{ match: 'fib-no-way-back' }], { verdict: 'drop' })],
    }));
}

/**
 * What goes to the network's nodes on other hosts comes from its nodes here. Other networks' packets would have the tunnel's
 * own address once they are translated, which over there is one of the network.
 */
function toOtherHosts(network: LabNetwork): readonly Branch[] {
  const { cluster, tunnel, bridge, path } = network;
  if (cluster === undefined || tunnel === undefined) return [];
  const accept = { verdict: 'accept' } as const;
  const rules = [
    rule(path, [{ match: 'ct-state-established-related' }], accept),
    rule(path, [leaves(bridge)], accept),
    rule(path, [], { verdict: 'drop' }),
  ];
  return [{ base: 'forward', direction: 'to', network, interfaces: [tunnel.name], part: 'hosts', rules }];
}

const isInto =
  (network: LabNetwork) =>
  ({ home, bridge }: Crossing): boolean =>
    network.home === home && network.bridge === bridge;

function shutOut({ network: { icc }, bridge, path }: LabNetwork): readonly NftRule[] {
  return [rule(path, icc ? [staysOutOf(bridge)] : [], { verdict: 'drop' })];
}

function shutIn({ bridge, path }: LabNetwork): readonly NftRule[] {
  return [rule(path, [comesFromElsewhere(bridge)], { verdict: 'drop' })];
}

/** Answers, the network's own traffic (seen here with br_netfilter), and what came in by a published port; no direct way in. */
function entrance(
  { network: { icc, isolated, driver }, bridge, cluster: whole, path }: LabNetwork,
  crossings: readonly Crossing[],
): readonly NftRule[] {
  const accept = { verdict: 'accept' } as const;
  return [
    rule(path, [{ match: 'ct-state-established-related' }], accept),
    ...(icc ? [rule(path, [leaves(bridge)], accept)] : []),
    ...(icc || !DRIVERS[driver].spans ? crossings.map(({ by, cluster }) => rule(path, [leaves(by), from(cluster)], accept)) : []),
    rule(path, [wasPublished], accept),
    // Without `icc` the ports of the bridge pass no frames to each other: this is for packets by way of the host.
    ...(!icc && !isolated && whole !== undefined ? [rule(path, [from(whole.text)], { verdict: 'drop' })] : []),
    rule(path, isolated ? [] : [leaves(bridge)], { verdict: 'drop' }),
  ];
}
