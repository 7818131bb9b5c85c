import { overlaps, familyOf } from '../model/address.js';
import type { AddressObservation } from '../model/observation.js';

/** Deleting an IPv4 address takes along the secondary ones of its subnet, those that come after it: what the address may go with. */
export function primariesOf(addresses: readonly AddressObservation[], address: AddressObservation): readonly AddressObservation[] {
  if (familyOf(address.address) === 6) return [];
  const before = addresses.slice(0, addresses.indexOf(address));
  return before.filter((other) => other.dev === address.dev && overlaps(other.address, address.address));
}
