/** Networks that span hosts: by which interface and address each home reaches the others. */
import { addressId } from '../kinds/address.js';
import { bridgeId } from '../kinds/bridge.js';
import { cidrOf, type Address, type Family } from '../model/address.js';
import { DRIVERS } from '../model/driver.js';
import { HOST, type ResourceId } from '../model/state.js';
import type { Topology } from '../model/topology.js';
import { underlayOf, type Carrier } from '../model/underlay.js';
import { idOfAddress } from './interface-addresses.js';
import type { Lab, LabNetwork } from './lab.js';

/** A home of a network on its underlay. */
export interface Outlet {
  readonly network: LabNetwork;
  /** Of the home, on the network that carries this one. */
  readonly address: Address;
  readonly addressId: ResourceId;
  /** The home's interface there, and the resource that makes it. */
  readonly dev: string;
  readonly link: ResourceId;
  readonly mtu: number;
  /** The network that carries it here: two outlets of one are on one link, others have routers between them. */
  readonly underlay: string;
}

/** By name of the network: its homes on the underlay, by their addresses of one family. None where it is in one home and nothing carries it. */
export function outletsOf(topology: Topology, lab: Lab, family?: Family): ReadonlyMap<string, readonly Outlet[]> {
  const spanning = topology.networks.filter(({ driver }) => DRIVERS[driver].spans);
  return new Map(
    spanning.map((network) => {
      const underlay = underlayOf(topology, network);
      if (underlay.kind !== 'carried') return [network.name, []];
      const homes = lab.networks.filter((one) => one.network.name === network.name);
      const outlets = homes.flatMap((home) => {
        const carrier = [...underlay.carriers].find(([, { host }]) => (host?.node.netns ?? HOST) === home.home)?.[1];
        return carrier === undefined ? [] : outletOf(lab, home, carrier, family ?? underlay.family);
      });
      return [network.name, outlets];
    }),
  );
}

function outletOf(lab: Lab, network: LabNetwork, carrier: Carrier, family: Family): readonly Outlet[] {
  const common = { network, mtu: carrier.mtu, underlay: carrier.network.name };
  if (carrier.host === undefined) {
    const bridge = lab.networks.find((one) => one.home === HOST && one.network.name === carrier.network.name);
    const subnet = bridge?.subnets.find((one) => one.family === family);
    const address = subnet?.gateway ?? null;
    if (bridge === undefined || subnet === undefined || address === null) return [];
    const own = addressId(HOST, bridge.bridge, cidrOf(address, subnet.cidr.prefix).text);
    return [{ ...common, address, addressId: own, dev: bridge.bridge, link: bridgeId(HOST, bridge.bridge) }];
  }
  const { node } = carrier.host;
  const attachments = lab.nodes.find((one) => one.node.name === node.name)?.attachments ?? [];
  const attachment = attachments.find((one) => one.network.network.name === carrier.network.name);
  const own = attachment?.addresses.find(({ cidr }) => cidr.family === family);
  if (attachment === undefined || own === undefined) return [];
  const { interface: on } = attachment;
  return [{ ...common, address: own.cidr.address, addressId: idOfAddress(on, own), dev: on.name, link: on.link }];
}
