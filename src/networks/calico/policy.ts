/**
 * `policy` of a calico network → chains of a host for its nodes that rules select. A node is found by its interface, a sender by
 * its address, each in one look-up, so that a packet's way does not grow with the number of nodes.
 */
import { bitsOf, familyOf, type Family } from '../../model/address.js';
import { isSelected, type Labels, type PolicyPorts, type PolicyRule, type Selector } from '../../model/calico.js';
import { hash } from '../../model/names.js';
import type { NftAddressMap, NftMatch, NftRule } from '../../model/operation.js';
import type { Branch } from '../firewall-branch.js';
import { from, notFrom, rule } from '../firewall-rule.js';
import type { LabAttachment, LabNetwork } from '../lab.js';
import { within } from './firewall.js';

/** A node of the network, on whatever host. */
export interface PolicyNode {
  readonly labels: Labels;
  readonly attachment: LabAttachment;
}

export interface Policed {
  readonly branches: readonly Branch[];
  readonly maps: readonly NftAddressMap[];
}

export function calicoPolicy(network: LabNetwork, nodes: readonly PolicyNode[]): Policed {
  const policy = network.network.calico?.policy ?? [];
  const groups = new Map<string, { readonly rules: readonly number[]; readonly interfaces: string[] }>();
  for (const { labels, attachment } of nodes) {
    if (policy.length === 0 || attachment.network !== network) continue;
    const rules = policy.flatMap(({ to }, i) => (isSelected(to, labels) ? [i] : []));
    if (rules.length === 0) continue;
    const group = groups.get(rules.join()) ?? { rules, interfaces: [] };
    groups.set(rules.join(), group);
    group.interfaces.push(attachment.hostInterface);
  }
  const used = [...new Set([...groups.values()].flatMap(({ rules }) => rules))].sort((a, b) => a - b);
  const written = new Map(used.map((i) => [i, allowed(network, policy[i]!, i, nodes)]));
  return {
    maps: [...written.values()].flatMap(({ maps }) => maps),
    branches: [...groups.values()].map(({ rules, interfaces }) => ({
      base: 'forward',
      direction: 'to',
      network,
      interfaces: interfaces.sort(),
      part: hash(6, ...rules.map((i) => idOf(policy[i]!))),
      rules: [
        ...(network.network.internal ? within(network, notFrom) : []),
        rule(`${network.path}.policy`, [{ match: 'ct-state-established-related' }], { verdict: 'accept' }),
        ...rules.flatMap((i) => written.get(i)?.rules ?? []),
        rule(`${network.path}.policy`, [], { verdict: 'drop' }),
      ],
    })),
  };
}

interface Allowed {
  readonly rules: readonly NftRule[];
  readonly maps: readonly NftAddressMap[];
}

function allowed(network: LabNetwork, policy: PolicyRule, index: number, nodes: readonly PolicyNode[]): Allowed {
  const path = `${network.path}.policy[${index}]`;
  const ports = policy.ports === undefined ? [[]] : policy.ports.flatMap(portMatches);
  const accept = { verdict: 'accept' } as const;
  if (policy.from === undefined) return { rules: ports.map((match) => rule(path, match, accept)), maps: [] };
  const sources = policy.from;
  const cidrs = sources.flatMap((source) => (source.source === 'cidr' ? [source.cidr] : []));
  const selectors = sources.flatMap((source) => (source.source === 'nodes' ? [source.selector] : []));
  const senders = nodes.filter(({ labels }) => selectors.some((selector) => isSelected(selector, labels)));
  const addresses = senders.flatMap(({ attachment }) => attachment.addresses.map(({ cidr }) => cidr.address.text)).sort();
  const maps = ([4, 6] as const).flatMap((family): NftAddressMap[] => {
    const own = addresses.filter((address) => familyOf(address) === family);
    return own.length === 0
      ? []
      : [{ name: `senders-${network.network.name}.${idOf(policy)}-${family}`, family, elements: own.map((address) => ({ address })) }];
  });
  const rules = ports.flatMap((match): NftRule[] => [
    ...maps
      .filter(({ family }) => fits(match, family))
      .map(({ name, family }) => rule(path, match, { verdict: 'vmap-saddr', family, map: name })),
    ...cidrs.filter((cidr) => fits(match, familyOf(cidr))).map((cidr) => rule(path, [...match, ...fromAnyOf(cidr)], accept)),
  ]);
  return { rules, maps };
}

/** A prefix of no length is the whole family. */
function fromAnyOf(cidr: string): readonly NftMatch[] {
  return cidr.endsWith('/0') ? [{ match: 'nfproto', family: familyOf(cidr) }] : [from(cidr)];
}

function portMatches(ports: PolicyPorts): readonly (readonly NftMatch[])[] {
  if (ports.protocol !== 'icmp') return [[{ match: 'dport', protocol: ports.protocol, from: ports.from, to: ports.to }]];
  return [[{ match: 'l4proto', protocol: 'icmp' }], [{ match: 'l4proto', protocol: 'icmpv6' }]];
}

function fits(match: readonly NftMatch[], family: Family): boolean {
  return match.every((one) => one.match !== 'l4proto' || (one.protocol === 'icmp') === (bitsOf(family) === 32));
}

/** What the rule says, and not where it stands. */
function idOf({ to, from: sources, ports }: PolicyRule): string {
  const labels = (selector: Selector): unknown => Object.entries(selector.labels).sort();
  const senders = sources?.map((source) => (source.source === 'cidr' ? source.cidr : labels(source.selector)));
  return hash(6, JSON.stringify([labels(to), senders ?? null, ports ?? null]));
}
