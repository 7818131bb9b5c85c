/** Driver `macvlan`: nodes are on a LAN of the host, by interfaces of their own on the wire of one of the host's. */
import { addressId, addressResource } from '../kinds/address.js';
import { macvlanId, macvlanResource } from '../kinds/macvlan.js';
import { routeResource } from '../kinds/route.js';
import { sysctlResource } from '../kinds/sysctl.js';
import { bitsOf, cidrOf, IPV6_MIN_MTU } from '../model/address.js';
import type { Resource, ResourceId } from '../model/state.js';
import { interfaceKey } from '../model/sysctl-key.js';
import type { Macvlan, Node } from '../model/topology.js';
import type { Lab, LabAttachment, LabNetwork } from './lab.js';
import { shimOf } from './node-addresses.js';

/** The node's interface on the network. */
export function childResource(lab: string, node: Node, attachment: LabAttachment, { parent, mode, mtu, at: parentAt }: Macvlan): Resource {
  const { network, interface: inside, path, at } = attachment;
  const settings = node.interfaces.find(({ name }) => name === inside.name);
  const written = attachment.attachment.macAddress ?? settings?.macAddress;
  // In mode passthru the MAC address is the parent's unless the file says otherwise.
  const mac = mode === 'passthru' ? written : inside.mac;
  const ownMtu = settings?.mtu ?? mtu;
  return macvlanResource({
    lab,
    netns: inside.netns,
    name: inside.name,
    parent: { netns: network.home, name: parent },
    mode,
    ...(mac === undefined ? {} : { mac, derivedMac: inside.derivedMac }),
    ...(ownMtu === undefined ? {} : { mtu: ownMtu }),
    up: inside.up,
    needs: [],
    path,
    at,
    parentAt,
  });
}

/** `host_shim`: the kernel lets no frames pass between a parent and its children, but between children it does. */
export function shimResources(lab: Lab): readonly Resource[] {
  return lab.networks.flatMap((network) => {
    const { macvlan } = network.network;
    return macvlan === undefined || macvlan.hostShim === false ? [] : shim(lab, network, macvlan);
  });
}

function shim(lab: Lab, on: LabNetwork, { parent, mtu, at: parentAt }: Macvlan): readonly Resource[] {
  const { home, bridge: name, mac, network, at } = on;
  const origin = { path: `networks.${network.name}.host_shim`, at };
  const link = macvlanId(home, name);
  const settings = settingsOf(on);
  const own = lab.addresses.get(network.name)?.get(shimOf(home)) ?? [];
  const plain = { lab: lab.name, netns: home, name, parent: { netns: home, name: parent }, mode: 'bridge', mac, up: true, settings };
  return [
    macvlanResource({ ...plain, ...(mtu === undefined ? {} : { mtu }), needs: [], ...origin, parentAt }),
    ...settings.map(([key, value]) => sysctlResource({ netns: home, key, value, remember: false, link, ...origin })),
    ...own.map(({ cidr }) => addressResource({ netns: home, dev: name, cidr: cidr.text, link, ...origin })),
    ...own.flatMap(({ cidr }) => {
      const from = addressId(home, name, cidr.text);
      return membersOf(lab, on).flatMap((attachment) => routesTo(attachment, cidr.family, { home, name, link, from }));
    }),
  ];
}

/** Before it comes up: a router of the LAN must not be able to make itself the host's. */
function settingsOf({ bridge, subnets, network }: LabNetwork): readonly (readonly [key: string, value: string])[] {
  if (network.mtu < IPV6_MIN_MTU) return [];
  const ipv6 = subnets.some(({ family }) => family === 6);
  return [
    [interfaceKey('ipv6', bridge, 'disable_ipv6'), ipv6 ? '0' : '1'],
    [interfaceKey('ipv6', bridge, 'accept_ra'), '0'],
    [interfaceKey('ipv6', bridge, 'accept_dad'), '0'],
  ];
}

function membersOf({ nodes }: Lab, network: LabNetwork): readonly LabAttachment[] {
  return nodes.flatMap(({ attachments }) => attachments.filter((attachment) => attachment.network === network));
}

interface Shim {
  readonly home: string;
  readonly name: string;
  readonly link: ResourceId;
  /** Its address. */
  readonly from: ResourceId;
}

/** One for each address of the node: no other machine of the LAN is in the way. */
function routesTo({ addresses, path, at }: LabAttachment, family: 4 | 6, { home, name, link, from }: Shim): readonly Resource[] {
  return addresses
    .filter(({ cidr }) => cidr.family === family)
    .map(({ cidr }) =>
      routeResource({
        ...{ netns: home, to: cidrOf(cidr.address, bitsOf(family)).text, type: 'unicast', dev: name, link, addresses: [from] },
        path,
        at,
      }),
    );
}
