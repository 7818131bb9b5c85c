/** What the kernel takes along with IPv4 addresses. */
import { overlaps, familyOf } from '../model/address.js';
import type { AddressObservation, NetnsObservation } from '../model/observation.js';
import type { ResourceId, State } from '../model/state.js';

/** Deleting an IPv4 address takes along the secondary ones of its subnet, those that come after it: what the address may go with. */
export function primariesOf(addresses: readonly AddressObservation[], address: AddressObservation): readonly AddressObservation[] {
  if (familyOf(address.address) === 6) return [];
  const before = addresses.slice(0, addresses.indexOf(address));
  return before.filter((other) => other.dev === address.dev && overlaps(other.address, address.address));
}

/**
 * With a link's last IPv4 address all IPv4 routes over the link go, and all its IPv4 neighbours, permanent ones too
 * (`fib_disable_ip`, `net/ipv4/fib_frontend.c`); one address that stays is enough to keep them: that one, and what it may go with.
 */
export function lastAddressOf(ns: NetnsObservation, dev: string, desired: State): readonly ResourceId[] {
  const idOf = ({ address }: AddressObservation): ResourceId => `address:${ns.netns}/${dev}/${address}`;
  const onDev = ns.addresses.filter((other) => other.dev === dev && familyOf(other.address) === 4);
  const staying = onDev.find((address) => desired.resources.has(idOf(address))) ?? onDev[0];
  return staying === undefined ? [] : [staying, ...primariesOf(ns.addresses, staying)].map(idOf);
}
