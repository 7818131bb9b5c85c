import { addressId, addressResource, type AddressSpec } from '../kinds/address.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { LabAddress, LabInterface } from './lab.js';

/** The kernel drops IPv6 addresses of an interface that goes down, and takes no new ones; IPv4 ones stay. */
export function isKept(on: LabInterface, { cidr }: LabAddress): boolean {
  return on.up || cidr.family === 4;
}

/** Who may know the addresses elsewhere, in the words of `AddressSpec`; of those that are announced the first IPv4 address is. */
export type Hearers = Pick<AddressSpec, 'announced' | 'wire'>;

export function interfaceAddresses(on: LabInterface, { announced = false, wire }: Hearers): readonly Resource[] {
  const kept = on.addresses.filter((address) => isKept(on, address));
  const first = announced && on.up ? kept.find(({ cidr }) => cidr.family === 4) : undefined;
  return kept.map((address) => {
    const { cidr, path, at } = address;
    const plain = { netns: on.netns, dev: on.name, cidr: cidr.text, link: on.link, path, at };
    const spec = wire === undefined || !on.up ? plain : { ...plain, wire };
    return addressResource(address === first ? { ...spec, announced } : spec);
  });
}

export function idOfAddress(on: LabInterface, { cidr }: LabAddress): ResourceId {
  return addressId(on.netns, on.name, cidr.text);
}
