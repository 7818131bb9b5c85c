import { addressId, addressResource } from '../kinds/address.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { LabAddress, LabInterface } from './lab.js';

/** The kernel drops IPv6 addresses of an interface that goes down, and takes no new ones; IPv4 ones stay. */
export function isKept(on: LabInterface, { cidr }: LabAddress): boolean {
  return on.up || cidr.family === 4;
}

export function interfaceAddresses(on: LabInterface): readonly Resource[] {
  return on.addresses
    .filter((address) => isKept(on, address))
    .map(({ cidr, path, at }) => addressResource({ netns: on.netns, dev: on.name, cidr: cidr.text, link: on.link, path, at }));
}

export function idOfAddress(on: LabInterface, { cidr }: LabAddress): ResourceId {
  return addressId(on.netns, on.name, cidr.text);
}
