import type { SourceRange } from '../../model/diagnostic.js';
import { FLANNEL_VNI, flannelInterface } from '../../model/flannel.js';
import { HOST } from '../../model/state.js';
import type { Topology } from '../../model/topology.js';
import { hostsOf } from '../../model/underlay.js';
import { quote } from '../report.js';
import type { Rule, RuleContext } from './rule.js';

export const hostInterfaceTwice: Rule = {
  name: 'host-interface-twice',
  codes: ['host-interface-twice'],
  check(context) {
    const first = new Map<string, SourceRange>();
    for (const { host, name, at } of [...madeOnHosts(context), ...interfacesOfHosts(context)]) {
      const key = `${host} ${name}`;
      const before = first.get(key);
      first.set(key, before ?? at);
      if (before === undefined) continue;
      const related = [{ message: 'the first is here', at: before }];
      const message = `two interfaces of the host${host === HOST ? '' : ` ${host}`} are called ${quote(name)}`;
      context.report('host-interface-twice', at, message, { hint: 'give one of them another name', related });
    }
  },
};

interface Made {
  readonly host: string;
  readonly name: string;
  readonly at: SourceRange;
}

function madeOnHosts(context: RuleContext): readonly Made[] {
  const { topology, place } = context;
  return [
    ...flannelTunnels(context),
    ...topology.networks.flatMap((one) =>
      one.bridgeName === undefined
        ? []
        : hostsWith(topology, one.name).map((host) => ({ host, name: one.bridgeName ?? '', at: place(one, 'bridge_name') })),
    ),
    ...topology.nodes.flatMap(({ networks, host }) =>
      networks.flatMap((one) =>
        one.hostInterface === undefined ? [] : [{ host: host?.name ?? HOST, name: one.hostInterface, at: place(one, 'host_interface') }],
      ),
    ),
    ...topology.links
      .flatMap((link) => link.endpoints)
      .flatMap((end) => (end.node === HOST ? [{ host: HOST, name: end.interface, at: place(end, 'interface') }] : [])),
  ];
}

/** Two of one number are told apart by the rule flannel. */
function flannelTunnels({ topology, place }: RuleContext): readonly Made[] {
  const byName = new Map<string, Made>();
  for (const one of topology.networks) {
    if (one.flannel?.backend !== 'vxlan') continue;
    const name = flannelInterface(one.vni ?? FLANNEL_VNI);
    for (const host of hostsOf(topology, one.name).keys()) {
      const key = `${host} ${name}`;
      byName.set(key, byName.get(key) ?? { host, name, at: place(one, 'vni') });
    }
  }
  return [...byName.values()];
}

function hostsWith(topology: Topology, network: string): readonly string[] {
  const hosts = [...hostsOf(topology, network).keys()];
  return hosts.length === 0 ? [HOST] : hosts;
}

/** Those that a simulated host has as a node; two of these are told apart by the rule interface-twice. */
function interfacesOfHosts({ topology, makersOf }: RuleContext): readonly Made[] {
  return topology.nodes
    .filter(({ isHost }) => isHost === true)
    .flatMap((host) =>
      [...makersOf(host)].map(([name, maker]) => ({
        host: host.name,
        name,
        at: maker.kind === 'network' ? maker.attachment.at : maker.end.at,
      })),
    );
}
