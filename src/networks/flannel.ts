/**
 * Driver `flannel`: a bridge with a subnet of its own on each host, and ways to the subnets of the others: by a tunnel with three
 * objects for each other host, or by a plain route to it.
 */
import { addressId, addressResource } from '../kinds/address.js';
import { fdbResource } from '../kinds/fdb.js';
import { routeResource } from '../kinds/route.js';
import { sysctlResource } from '../kinds/sysctl.js';
import { tunnelNeighboursResource } from '../kinds/tunnel-neighbours.js';
import { vxlanId, vxlanResource } from '../kinds/vxlan.js';
import { cidrOf, type Cidr } from '../model/address.js';
import { FLANNEL_PORT, FLANNEL_VNI, type Flannel } from '../model/flannel.js';
import { HOST, type Resource } from '../model/state.js';
import { interfaceKey } from '../model/sysctl-key.js';
import type { LabNetwork } from './lab.js';
import type { Outlet } from './underlay.js';

/** A host of the network, with what it has of it. */
interface Member {
  readonly outlet: Outlet;
  readonly network: LabNetwork;
  /** The host's subnet. */
  readonly subnet: Cidr;
  readonly flannel: Flannel;
}

/** Of one network: its hosts on the underlay. */
export function flannelResources(lab: string, outlets: readonly Outlet[]): readonly Resource[] {
  const members = outlets.flatMap((outlet) => memberOf(outlet));
  return members.flatMap((member) => [
    ...tunnel(lab, member),
    ...waysFrom(
      member,
      members.filter((other) => other !== member),
    ),
  ]);
}

function memberOf(outlet: Outlet): readonly Member[] {
  const { network } = outlet;
  const { subnets } = network;
  const { flannel } = network.network;
  const subnet = subnets[0]?.cidr;
  return flannel === undefined || subnet === undefined ? [] : [{ outlet, network, subnet, flannel }];
}

/** The host's end of the tunnels to all others; its address is that of the subnet itself, which no node has. */
function tunnel(lab: string, { outlet, network: { network, home, tunnel: named, path, at }, subnet }: Member): readonly Resource[] {
  if (named === undefined) return [];
  const { name, mac } = named;
  const link = vxlanId(home, name);
  const origin = { netns: home, link, path, at };
  return [
    vxlanResource({
      lab,
      netns: home,
      name,
      vni: network.vni ?? FLANNEL_VNI,
      dstport: network.port ?? FLANNEL_PORT,
      mac,
      mtu: network.mtu,
      up: true,
      local: outlet.address.text,
      dev: outlet.dev,
      learning: false,
      needs: [outlet.link],
      path,
      at,
    }),
    sysctlResource({ key: interfaceKey('ipv6', name, 'accept_ra'), value: '0', remember: false, ...origin }),
    addressResource({ dev: name, cidr: cidrOf(subnet.address, 32).text, ...origin }),
  ];
}

function waysFrom(from: Member, others: readonly Member[]): readonly Resource[] {
  const direct = others.filter((other) => isDirect(from, other));
  return [
    ...direct.flatMap((other) => plainWay(from, other)),
    ...tunnelWays(
      from,
      others.filter((other) => !direct.includes(other)),
    ),
  ];
}

/** Whether a plain route will do: by that the packets travel as the nodes sent them. */
function isDirect({ flannel, outlet }: Member, to: Member): boolean {
  return flannel.backend === 'host-gw' || (flannel.directRouting && outlet.underlay === to.outlet.underlay);
}

/**
 * The source is for what the host itself sends: with the address that it has on the underlay it would be a stranger to the
 * other host, whose isolation lets in nobody but the cluster.
 */
function plainWay({ outlet, network: { home, bridge, subnets, path, at } }: Member, to: Member): readonly Resource[] {
  const [own] = subnets;
  const gateway = own?.gateway ?? null;
  const source = own === undefined || gateway === null ? undefined : { src: gateway.text, id: sourceId(home, bridge, gateway, own.cidr) };
  return [
    routeResource({
      netns: home,
      to: to.subnet.text,
      type: 'unicast',
      via: to.outlet.address.text,
      dev: outlet.dev,
      link: outlet.link,
      late: home === HOST,
      ...(source === undefined ? {} : { src: source.src }),
      addresses: [outlet.addressId, ...(source === undefined ? [] : [source.id])],
      path,
      at,
    }),
  ];
}

const sourceId = (home: string, bridge: string, gateway: Cidr['address'], { prefix }: Cidr): string =>
  addressId(home, bridge, cidrOf(gateway, prefix).text);

/** Of each other host the tables of the tunnel have an entry, and there is a route. */
function tunnelWays({ network: { home, tunnel: named, path, at } }: Member, others: readonly Member[]): readonly Resource[] {
  if (named === undefined) return [];
  const dev = named.name;
  const origin = { netns: home, dev, link: vxlanId(home, dev), path, at };
  const ways = others.flatMap(({ outlet, subnet, network: { tunnel: end } }) =>
    end === undefined ? [] : [{ mac: end.mac, dst: outlet.address.text, address: subnet.address.text, to: subnet.text }],
  );
  if (ways.length === 0) return [];
  return [
    tunnelNeighboursResource({ entries: ways, ...origin }),
    fdbResource({ entries: ways, ...origin }),
    ...ways.map(({ to, address }) => routeResource({ to, type: 'unicast', via: address, onlink: true, addresses: [], ...origin })),
  ];
}
