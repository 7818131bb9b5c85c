/** Driver `calico`: a veth for each node, whose other end is a router of its own with one route. */
import { routeId, routeResource } from '../../kinds/route.js';
import { sysctlResource } from '../../kinds/sysctl.js';
import { vethResource } from '../../kinds/veth.js';
import { bitsOf, cidrOf, IPV6_MIN_MTU, type Family } from '../../model/address.js';
import type { Resource, ResourceId } from '../../model/state.js';
import { interfaceKey } from '../../model/sysctl-key.js';
import { idOfAddress } from '../interface-addresses.js';
import type { LabAttachment, LabSubnet } from '../lab.js';

const MAIN_TABLE = 254;

/** `isWayOut`: the node's default route of the family leads here. */
export function calicoPort(lab: string, attachment: LabAttachment, isWayOut: (family: Family) => boolean): readonly Resource[] {
  const { network, interface: inside, hostInterface, hostMac, path, at } = attachment;
  const { netns, name, mac, mtu, up, derivedMac } = inside;
  const outside = { netns: network.home, name: hostInterface, mac: hostMac, mtu: network.network.mtu, up: true };
  return [
    vethResource({ lab, ends: [{ netns, name, mac, mtu, up, derivedMac }, outside], needs: [], path, at }),
    ...settings(attachment),
    ...routesToNode(attachment),
    ...(up ? network.subnets.flatMap((subnet) => routesOfNode(attachment, subnet, isWayOut(subnet.family))) : []),
  ];
}

/** Of the host's end: it answers for every address that the node asks for, and has none itself. */
function settings({ network, interface: { link }, hostInterface: dev, path, at }: LabAttachment): readonly Resource[] {
  const { mtu } = network.network;
  const ipv6 = network.subnets.some(({ family }) => family === 6);
  const values: readonly (readonly [key: string, value: string])[] = [
    [interfaceKey('ipv4', dev, 'proxy_arp'), '1'],
    [interfaceKey('ipv4', dev, 'forwarding'), '1'],
    [interfaceKey('ipv4', dev, 'route_localnet'), '1'],
    // Answered at once: otherwise proxy ARP waits up to 0.8 s.
    [interfaceKey('ipv4', dev, 'proxy_delay', 'neigh'), '0'],
    ...(mtu < IPV6_MIN_MTU
      ? []
      : ([
          [interfaceKey('ipv6', dev, 'disable_ipv6'), ipv6 ? '0' : '1'],
          [interfaceKey('ipv6', dev, 'accept_ra'), '0'],
          ...(ipv6
            ? ([
                [interfaceKey('ipv6', dev, 'forwarding'), '1'],
                [interfaceKey('ipv6', dev, 'proxy_ndp'), '1'],
                [interfaceKey('ipv6', dev, 'accept_dad'), '0'],
              ] as const)
            : []),
        ] as const)),
  ];
  return values.map(([key, value]) => sysctlResource({ netns: network.home, key, value, remember: false, link, path, at }));
}

function routesToNode({ network, interface: { link }, addresses, hostInterface, path, at }: LabAttachment): readonly Resource[] {
  return addresses.map(({ cidr }) =>
    routeResource({ netns: network.home, to: cidr.text, type: 'unicast', dev: hostInterface, link, addresses: [], path, at }),
  );
}

/** The gateway is nobody's address: a route says where it is. Without a default route by it, the network's own addresses are behind it. */
function routesOfNode(attachment: LabAttachment, { family, cidr, gateway }: LabSubnet, isWayOut: boolean): readonly Resource[] {
  const { interface: on, addresses, path, at } = attachment;
  const own = addresses.find((address) => address.cidr.family === family);
  if (own === undefined || gateway === null) return [];
  const plain = { netns: on.netns, type: 'unicast', dev: on.name, link: on.link, path, at } as const;
  const isHere = family === 4 ? [routeResource({ ...plain, to: cidrOf(gateway, bitsOf(family)).text, addresses: [] })] : [];
  if (isWayOut) return isHere;
  const needed = [idOfAddress(on, own), ...gatewayRoutes(attachment, family)];
  return [...isHere, routeResource({ ...plain, to: cidr.text, via: gateway.text, addresses: needed })];
}

/** What must be there before a route by the gateway: for IPv6 that is a link-local address. */
export function gatewayRoutes({ network, interface: on }: LabAttachment, family: Family): readonly ResourceId[] {
  const gateway = network.subnets.find((subnet) => subnet.family === family)?.gateway;
  if (network.pool === undefined || family === 6 || gateway === null || gateway === undefined) return [];
  return [routeId(on.netns, MAIN_TABLE, cidrOf(gateway, bitsOf(family)).text, 0)];
}
