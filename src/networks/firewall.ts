/**
 * The lab's nftables table in the namespace of each host: published ports, isolation, masquerade. It holds rules of networks and
 * of ports, and of nodes only where several networks with a DNS server have them, so that any other node without ports comes and
 * goes without a change here. It does not need br_netfilter, and works with it: traffic between nodes of one bridge may pass
 * these hooks or not.
 */
import type { HostPorts } from '../kinds/host-ports.js';
import type { ApartNetwork } from '../kinds/isolated-ports.js';
import type { NamedAddress } from '../kinds/missing-address.js';
import { nftablesResource } from '../kinds/nftables.js';
import type { NftChain } from '../model/operation.js';
import type { Resource } from '../model/state.js';
import type { Crossing } from './crossings.js';
import { calicoOf, type Calico } from './calico/rules.js';
import type { Lab, LabNetwork } from './lab.js';
import { isOnLoopback, type Publication } from './publications.js';
import type { DnsView } from './dns-views.js';
import { dnsRules } from './firewall-dns.js';
import { addressTranslation } from './firewall-nat.js';
import { forwarding, honesty } from './firewall-forward.js';
import { dispatch } from './firewall-branch.js';
import { rule } from './firewall-rule.js';
import { publishing } from './firewall-ports.js';

export function firewall(
  lab: Lab,
  publications: readonly Publication[],
  crossings: readonly Crossing[],
  views: readonly DnsView[],
): readonly Resource[] {
  const homes = new Set(lab.networks.map(({ home }) => home));
  const calico = calicoOf(lab);
  return [...homes].flatMap((home) =>
    tableOf(
      lab.name,
      home,
      lab.nodes.find(({ node, netns }) => node.isHost === true && netns === home)?.node.name,
      lab.networks.filter((network) => network.home === home),
      publications.filter(({ network }) => network.home === home),
      crossings,
      calico,
      views.filter((view) => view.home === home),
    ),
  );
}

function tableOf(
  lab: string,
  home: string,
  host: string | undefined,
  networks: readonly LabNetwork[],
  publications: readonly Publication[],
  crossings: readonly Crossing[],
  calico: Calico,
  views: readonly DnsView[],
): readonly Resource[] {
  const all = networks.filter((network) => network.hosted).sort(byName);
  const hosted = all.filter(({ pool }) => pool === undefined);
  const dns = dnsRules(hosted, views);
  const routed = calico.rulesIn(all, publications);
  const first = networks.find((network) => network.hosted);
  const branched = dispatch([
    ...honesty(hosted),
    ...forwarding(hosted, crossings),
    ...addressTranslation(hosted, publications),
    ...routed.branches,
    ...dns.branches,
  ]);
  const guard = routed.branches.length > 0 || publications.some(isOnLoopback) ? [LOOPBACK_GUARD] : [];
  const chains = [...publishing(publications), ...guard, ...branched.chains, ...dns.chains];
  if (first === undefined || chains.length === 0) return [];
  return [
    nftablesResource({
      lab,
      netns: home,
      ...(host === undefined ? {} : { host }),
      maps: [...branched.maps, ...routed.maps, ...dns.maps],
      chains,
      hostPorts: publications.map(hostPorts),
      named: [...publications.flatMap(namedByPort), ...hosted.flatMap(namedByNetwork)],
      apart: hosted.flatMap((network) => apartOf(network, publications)),
      path: 'networks',
      at: first.at,
    }),
  ];
}

function hostPorts({ port: { protocol, hostPort, count, at }, family, hostAddress, path }: Publication): HostPorts {
  return { protocol, family, address: hostAddress, from: hostPort, to: hostPort + count - 1, path, at };
}

function namedByPort({ port: { at }, hostAddress, path }: Publication): readonly NamedAddress[] {
  return hostAddress === undefined ? [] : [{ address: hostAddress, use: 'port', path, at }];
}

function namedByNetwork({ network: { masquerade, internal }, path, at }: LabNetwork): readonly NamedAddress[] {
  if (internal || typeof masquerade !== 'string') return [];
  return [{ address: masquerade, use: 'masquerade', path: `${path}.masquerade`, at }];
}

function apartOf(network: LabNetwork, publications: readonly Publication[]): readonly ApartNetwork[] {
  const own = network.network.icc ? [] : publications.filter((one) => one.network === network);
  const families = [...new Set(own.map(({ family }) => family))];
  return own.length === 0 ? [] : [{ path: network.path, at: network.at, families, ports: [...new Set(own.map(({ path }) => path))] }];
}

/** The order of the file is of no meaning to the rules. */
function byName(a: LabNetwork, b: LabNetwork): number {
  return a.network.name < b.network.name ? -1 : 1;
}

/** With route_localnet an interface takes packets to 127.0.0.0/8 from nodes: they would reach services that trust the loopback address. */
const LOOPBACK_GUARD: NftChain = {
  name: 'loopback-guard',
  hook: { type: 'filter', hook: 'prerouting', priority: -300 },
  rules: [
    rule(
      'networks',
      [
        { match: 'iifname', negate: true, name: 'lo' },
        { match: 'daddr', negate: false, prefix: '127.0.0.0/8' },
      ],
      { verdict: 'drop' },
    ),
  ],
};
