/**
 * The link-local address of IPv6 that the kernel gives to a link as it begins to work, and to none from which somebody takes it.
 * Whoever sees that IPv6 has acted on the link sees the address: both happen under one hold of rtnetlink's lock (`addrconf_notify`).
 */
import type { AddressObservation } from '../../model/observation.js';
import { interfaceKey } from '../../model/sysctl-key.js';
import { ADDR_GEN_MODE } from './link-settings.js';
import type { DecodedLink } from './links.js';
import { readSysctl } from './proc-sys.js';

/** IN6_ADDR_GEN_MODE_*: made of the MAC address, or none is made. */
const [EUI64, NONE] = [0, 1];

const modeOf = ({ settings }: DecodedLink): number | undefined => settings?.ipv6?.[ADDR_GEN_MODE];

/** Marks links without one, and those that would be without the next time. */
export function judgeLinkLocals(links: readonly DecodedLink[], addresses: readonly AddressObservation[]): void {
  const having = new Set<string>();
  for (const { scope, address, dev } of addresses) if (scope === 'link' && address.includes(':')) having.add(dev);
  for (const link of links) {
    if (!link.ipv6Ready || link.ipv6Disabled || link.name === 'lo') continue;
    const mode = modeOf(link);
    if (mode === NONE || (mode === EUI64 && !having.has(link.name))) link.attributes['link_local'] = false;
  }
}

export const lacksLinkLocal = ({ attributes }: DecodedLink): boolean => attributes['link_local'] === false;

/** Not those for which none is to be made: by the file (`asked`), or as for all that are new in the namespace, where the thread stands. */
export function excuseLinkLocals(links: readonly DecodedLink[], asked: ReadonlyMap<string, unknown>): void {
  const silent = links.filter((link) => lacksLinkLocal(link) && modeOf(link) === NONE);
  if (silent.length === 0) return;
  const isUsual = readSysctl(interfaceKey('ipv6', 'default', 'addr_gen_mode')) !== String(EUI64);
  for (const { name, attributes } of silent)
    if (isUsual || asked.has(interfaceKey('ipv6', name, 'addr_gen_mode'))) delete attributes['link_local'];
}
