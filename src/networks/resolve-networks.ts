/** Kernel names, MACs, subnets and gateway addresses of networks. */
import { firstHost, networkOf, parseAddress, parseCidr, type Address, type Cidr } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { DRIVERS } from '../model/driver.js';
import { isHosted } from '../model/hosted.js';
import { HOST } from '../model/state.js';
import type { Network, Subnet, Topology } from '../model/topology.js';
import type { Derivation } from './derive.js';
import { calicoPool } from './calico/pools.js';
import type { Homes } from './homes.js';
import type { LabNetwork, LabSubnet } from './lab.js';
import { sharesOf } from './shares.js';
import { automaticSubnets } from './subnets.js';

export function resolveNetworks(
  topology: Topology,
  homes: Homes,
  derivation: Derivation,
  diagnostics: Diagnostic[],
): readonly LabNetwork[] {
  const automatic = automaticSubnets(topology);
  return topology.networks.flatMap((network) => {
    const shares = network.flannel && sharesOf({ topology, network, flannel: network.flannel, homes, derivation }, diagnostics);
    const subnets = subnetsOf(network, automatic.get(network.name));
    if (subnets.length === 0) diagnostics.push(exhausted(network));
    if (network.calico !== undefined) return calicoHomes(topology, network, homes, subnets, diagnostics);
    const { spans, tunnels } = DRIVERS[network.driver];
    // One MAC for the gateway wherever it is: a node that hears of another host's bridge still finds its own.
    const shared = spans ? derivation.bridgeMac(network.name, HOST) : undefined;
    return homes.ofNetwork(network.name).map((home) => ({
      network,
      home,
      ...ownInterface(network, home, derivation, shared),
      ...(tunnels && shares === undefined
        ? { tunnel: { name: derivation.tunnelName(network.name, home), mac: derivation.tunnelMac(network.name, home) } }
        : {}),
      subnets,
      ...shares?.get(home),
      hosted: isHosted(network),
      path: `networks.${network.name}`,
      at: network.at,
    }));
  });
}

/** Nothing of it is on the machine itself. */
function calicoHomes(
  topology: Topology,
  network: Network,
  homes: Homes,
  subnets: readonly LabSubnet[],
  diagnostics: Diagnostic[],
): readonly LabNetwork[] {
  const pool = calicoPool(topology, network, subnets, diagnostics);
  const origin = { path: `networks.${network.name}`, at: network.at };
  const own = homes.ofNetwork(network.name).filter((home) => home !== HOST);
  return own.map((home) => ({ network, home, bridge: '', mac: '', subnets, hosted: true, pool, ...origin }));
}

function subnetsOf(network: Network, automatic: Cidr | undefined): readonly LabSubnet[] {
  if (automatic !== undefined) {
    return [{ family: automatic.family, cidr: automatic, range: automatic, gateway: gatewayIn(network, automatic) }];
  }
  return network.subnets.flatMap((subnet) => {
    const cidr = parseCidr(subnet.cidr);
    return cidr === null ? [] : [written(network, subnet, networkOf(cidr))];
  });
}

function written(network: Network, subnet: Subnet, cidr: Cidr): LabSubnet {
  const range = subnet.ipRange === undefined ? null : parseCidr(subnet.ipRange);
  return { family: cidr.family, cidr, range: range ?? cidr, gateway: gatewayIn(network, cidr) };
}

/** The bridge, or the host's interface on a LAN. */
function ownInterface(network: Network, home: string, derivation: Derivation, shared?: string): Pick<LabNetwork, 'bridge' | 'mac'> {
  if (network.macvlan?.hostShim === false) return { bridge: '', mac: '' };
  const name = network.macvlan === undefined ? derivation.bridgeName : derivation.shimName;
  return {
    bridge: network.bridgeName ?? name(network.name, home),
    mac: network.external ? '' : (shared ?? derivation.bridgeMac(network.name, home)),
  };
}

function gatewayIn({ gateway, external, driver }: Network, cidr: Cidr): Address | null {
  if (gateway.kind !== 'host') return null;
  const text = cidr.family === 4 ? gateway.ipv4 : gateway.ipv6;
  if (text !== undefined) return parseAddress(text);
  // What address the owner of an external bridge, or the router of a LAN, has on it cannot be known.
  return external || driver === 'macvlan' ? null : firstHost(cidr);
}

function exhausted(network: Network): Diagnostic {
  return {
    code: 'subnet-exhausted',
    severity: 'error',
    message: `no /22 of 10.128.0.0/9 is left for the network ${network.name}`,
    at: network.at,
    hint: 'give the network a subnet of its own',
  };
}
