/** Driver `bridge`: a bridge of the host, with a veth for each node. */
import { addressResource } from '../kinds/address.js';
import { bridgeId, bridgeResource } from '../kinds/bridge.js';
import { sysctlResource } from '../kinds/sysctl.js';
import { vethResource } from '../kinds/veth.js';
import { cidrOf, IPV6_MIN_MTU } from '../model/address.js';
import type { Resource } from '../model/state.js';
import { bridgeAltname } from './derive.js';
import { isForwarded } from './gateways.js';
import type { LabAttachment, LabNetwork } from './lab.js';
import { interfaceKey } from '../model/sysctl-key.js';

export interface BridgeUse {
  readonly loopback: boolean;
  readonly shared: boolean;
}

/** `loopback`: ports of 127.0.0.1 lead into the network; `shared`: there are several on it, who speak with each other. */
export function bridgeResources(lab: string, bridged: LabNetwork, { loopback, shared }: BridgeUse): readonly Resource[] {
  const { network, home, bridge: name, mac, path, at } = bridged;
  if (network.external || network.driver === 'macvlan') return [];
  const altname = bridgeAltname(lab, network.name);
  const bridge = bridgeResource({
    lab,
    netns: home,
    name,
    mac,
    derivedMac: bridged.tunnel === undefined,
    mtu: network.mtu,
    altname,
    subnets: bridged.subnets.map(({ cidr }) => cidr.text),
    forwards: isForwarded(bridged),
    hosted: bridged.hosted,
    within: shared && network.icc,
    isolated: network.isolated,
    path,
    at,
  });
  return [bridge, ...settings(bridged, loopback), ...(bridged.hosted ? hostAddresses(bridged) : [])];
}

function hostAddresses({ home, bridge, subnets, network, path, at }: LabNetwork): readonly Resource[] {
  const origin = { path, at: (network.gateway.kind === 'host' ? network.gateway.at : undefined) ?? at };
  const on = bridgeId(home, bridge);
  return subnets.flatMap(({ cidr, gateway }) => {
    if (gateway === null) return [];
    const address = cidrOf(gateway, cidr.prefix).text;
    return [addressResource({ netns: home, dev: bridge, cidr: address, link: on, wire: on, ...origin })];
  });
}

/**
 * The bridge's own interface of the host. Without an IPv6 subnet it has no IPv6 either: its link-local address would be
 * a way between host and nodes that nobody asked for. The ports keep theirs: the bridge takes every frame before IPv6
 * sees it (nobody answers there, tried on 6.18), and switching it off on a port that is up takes the kernel 5 ms each.
 */
function settings({ network, home, bridge, subnets, hosted, path, at }: LabNetwork, loopback: boolean): readonly Resource[] {
  const ipv6 = hosted && subnets.some((subnet) => subnet.family === 6);
  const ipv6Values: readonly (readonly [key: string, value: string])[] = [
    [interfaceKey('ipv6', bridge, 'disable_ipv6'), ipv6 ? '0' : '1'],
    [interfaceKey('ipv6', bridge, 'accept_ra'), '0'],
    // What the host forwards needs its link-local address, to ask for neighbours: not a second or two later, but at once.
    [interfaceKey('ipv6', bridge, 'accept_dad'), '0'],
  ];
  const values: typeof ipv6Values = [
    // With a smaller MTU the kernel gives the bridge no IPv6, and no such settings.
    ...(network.mtu < IPV6_MIN_MTU ? [] : ipv6Values),
    // Packets from 127.0.0.1 leave the host by the bridge once a port of the loopback address leads there.
    [interfaceKey('ipv4', bridge, 'route_localnet'), loopback ? '1' : '0'],
  ];
  return values.map(([key, value]) => sysctlResource({ netns: home, key, value, remember: false, link: bridgeId(home, bridge), path, at }));
}

/** The veth between a node and the bridge. */
export function portResource(
  lab: string,
  node: string,
  { network: bridged, interface: inside, hostInterface, hostMac, path, at }: LabAttachment,
): Resource {
  const { network, home, bridge, hosted } = bridged;
  const { netns, name, mac, mtu, up } = inside;
  // Other hosts are told where the MAC addresses of a network with tunnels are.
  const isOpen = bridged.tunnel === undefined;
  // The node that is the gateway is what the others are to reach.
  const isolated = !network.icc && !(network.gateway.kind === 'node' && network.gateway.node === node);
  // Hairpin: where br_netfilter is on, a node's packet to its own published port leaves by the port that it came in.
  const port = {
    netns: home,
    name: hostInterface,
    mac: hostMac,
    derivedMac: isOpen,
    mtu: network.mtu,
    up: true,
    master: bridge,
    hairpin: hosted,
    isolated,
  };
  return vethResource({
    lab,
    ends: [{ netns, name, mac, mtu, up, derivedMac: isOpen && inside.derivedMac }, port],
    needs: network.external ? [] : [bridgeId(home, bridge)],
    path,
    at,
  });
}
