import { familyOf } from '../model/address.js';
import type { AddressObservation, NetnsObservation } from '../model/observation.js';

/**
 * The kernel makes a route of the table `local` along with an IPv4 address of a link that is up: without it nobody is at
 * home there. An IPv6 address gets its own only a moment later (`addrconf_dad_work`), so that nothing can be said of those.
 */
export function lacksLocalRoute({ links, localAddresses }: NetnsObservation, { dev, address }: AddressObservation): boolean {
  if (familyOf(address) === 6 || localAddresses.has(address.slice(0, address.indexOf('/')))) return false;
  return links.some(({ name, attributes }) => name === dev && attributes['up'] === true);
}
