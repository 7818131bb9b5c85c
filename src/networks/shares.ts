/** What each host has of a network with a subnet for each: its subnet, and its end of the tunnels. */
import { contains, firstHost, isReservedIn, parseAddress, parseCidr, type Cidr } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { flannelInterface, FLANNEL_VNI, type Flannel } from '../model/flannel.js';
import { originOf } from '../model/moves.js';
import { HOST } from '../model/state.js';
import type { Network, Topology } from '../model/topology.js';
import type { Derivation } from './derive.js';
import type { Homes } from './homes.js';
import { hostSubnets } from './host-subnets.js';
import type { LabNetwork } from './lab.js';

type Share = Pick<LabNetwork, 'subnets' | 'tunnel' | 'cluster'>;

interface Parts {
  readonly topology: Topology;
  readonly network: Network;
  readonly flannel: Flannel;
  readonly homes: Homes;
  readonly derivation: Derivation;
}

/** Home → its share; a home for which no subnet is left is missing. */
export function sharesOf(parts: Parts, diagnostics: Diagnostic[]): ReadonlyMap<string, Share> {
  const { topology, network, flannel, homes, derivation } = parts;
  const [written] = network.subnets;
  const cluster = written === undefined ? null : parseCidr(written.cidr);
  if (cluster === null) return new Map();
  const range = written?.ipRange === undefined ? cluster : (parseCidr(written.ipRange) ?? cluster);
  const all = homes.ofNetwork(network.name).map((home) => ({ home, host: homes.hostOf(home)?.name ?? HOST }));
  const { name: lab, moved } = topology;
  const pool = {
    ...{ lab, network: originOf(moved, 'networks', network.name), range },
    ...{ length: flannel.subnetLen, written: flannel.hostSubnets },
    nameOf: (host: string) => originOf(moved, 'nodes', host),
  };
  const hosts = all.map(({ host }) => host);
  const subnetOf = hostSubnets(pool, hosts);
  const name = flannelInterface(network.vni ?? FLANNEL_VNI);
  const shares = new Map<string, Share>();
  for (const { home, host } of all) {
    const cidr = subnetOf.get(host);
    if (cidr === undefined) {
      diagnostics.push(exhausted(network, range, flannel.subnetLen, host));
      continue;
    }
    diagnostics.push(...strangers(parts, home, host, cidr));
    const tunnel = flannel.backend === 'vxlan' ? { tunnel: { name, mac: derivation.tunnelMac(network.name, home) } } : {};
    shares.set(home, { subnets: [{ family: 4, cidr, range: cidr, gateway: firstHost(cidr) }], cluster, ...tunnel });
  }
  return shares;
}

const called = (host: string): string => (host === HOST ? 'the machine itself' : `the host ${host}`);

function exhausted(network: Network, range: Cidr, length: number, host: string): Diagnostic {
  return {
    code: 'subnet-exhausted',
    severity: 'error',
    message: `no /${length} of ${range.text} is left for ${called(host)} on the network ${network.name}`,
    at: network.at,
    hint: 'a larger subnet, or a longer subnet_len, gives more hosts a part',
  };
}

/** Written addresses of the home's nodes that its subnet cannot have. */
function strangers({ topology, network, homes }: Parts, home: string, host: string, subnet: Cidr): readonly Diagnostic[] {
  const gateway = firstHost(subnet).text;
  return topology.nodes.flatMap((node) =>
    node.networks.flatMap((attachment): readonly Diagnostic[] => {
      const address = attachment.network === network.name ? parseAddress(attachment.ipv4Address ?? '') : null;
      if (address === null || homes.of(node) !== home) return [];
      const plain = { severity: 'error' as const, at: attachment.at };
      if (!contains(subnet, address)) {
        const message = `${address.text} is not in ${subnet.text}, the subnet of ${called(host)} on the network ${network.name}`;
        const hint = `an address of ${subnet.text}, or another subnet for the host: host_subnets: { ${host}: … }`;
        return [{ code: 'address-outside-subnet', message, hint, ...plain }];
      }
      if (address.text === gateway) {
        const message = `${address.text} is the gateway of ${called(host)} on the network ${network.name}`;
        return [{ code: 'gateway-taken', message, hint: 'choose another address', ...plain }];
      }
      if (!isReservedIn(subnet, address)) return [];
      return [
        {
          code: 'address-reserved',
          message: `${address.text} is no node’s: it names ${subnet.text}`,
          hint: 'choose one between',
          ...plain,
        },
      ];
    }),
  );
}
