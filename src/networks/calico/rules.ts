/** What calico networks add to the rules of each host. */
import type { NftMap } from '../../model/operation.js';
import type { Branch } from '../firewall-branch.js';
import type { Lab, LabNetwork } from '../lab.js';
import type { Publication } from '../publications.js';
import { calicoBranches, keptApart } from './firewall.js';
import { calicoPolicy, type PolicyNode } from './policy.js';

export interface Calico {
  /** `hosted`: all networks of the host, in the order of their names. */
  rulesIn(hosted: readonly LabNetwork[], publications: readonly Publication[]): Rules;
}

interface Rules {
  readonly branches: readonly Branch[];
  readonly maps: readonly NftMap[];
}

const NOTHING: Rules = { branches: [], maps: [] };

/** Nothing is looked at where no network is of the driver. */
export function calicoOf(lab: Lab): Calico {
  if (lab.networks.every(({ pool }) => pool === undefined)) return { rulesIn: () => NOTHING };
  const nodes = new Map<string, PolicyNode[]>();
  for (const { node, attachments } of lab.nodes) {
    for (const attachment of attachments) {
      const { network, pool } = attachment.network;
      if (pool === undefined) continue;
      nodes.set(network.name, [...(nodes.get(network.name) ?? []), { labels: node.labels ?? {}, attachment }]);
    }
  }
  const pools = new Map(lab.networks.filter(({ pool }) => pool !== undefined).map(({ network, subnets }) => [network.name, subnets]));
  return {
    rulesIn: (hosted, publications) => {
      const all = hosted.map((network) => ({ network, interfaces: interfacesOf(network, nodes.get(network.network.name) ?? []) }));
      const calico = all.filter(({ network }) => network.pool !== undefined);
      const policed = calico.map(({ network }) => calicoPolicy(network, nodes.get(network.network.name) ?? []));
      const closed = new Set(policed.flatMap(({ branches }) => branches.flatMap(({ interfaces }) => interfaces ?? [])));
      const own = calico.map((home) => ({ ...home, open: home.interfaces.filter((name) => !closed.has(name)) }));
      const apart = keptApart(
        all,
        own.map(({ network }) => network),
      );
      return {
        branches: [
          ...calicoBranches(own, [...pools.values()].flat(), publications),
          ...apart,
          ...policed.flatMap(({ branches }) => branches),
        ],
        maps: policed.flatMap(({ maps }) => maps),
      };
    },
  };
}

function interfacesOf(network: LabNetwork, nodes: readonly PolicyNode[]): readonly string[] {
  if (network.pool === undefined) return [network.bridge];
  return nodes
    .filter(({ attachment }) => attachment.network === network)
    .map(({ attachment }) => attachment.hostInterface)
    .sort();
}
