/** Fields that only those links have in which they are not as usual (RARE_… in `link-attributes.ts`). */
import { IPV6_MIN_MTU } from '../model/address.js';
import type { LinkObservation } from '../model/observation.js';
import type { LinkAttributes, Operation } from '../model/operation.js';
import type { Props, PropValue } from '../model/state.js';
import { interfaceKey } from '../model/sysctl-key.js';
import { readableNames } from './kept-mac.js';
import { RARE_BRIDGE, RARE_FLAGS, RARE_LIMITS, RARE_PORT, RARE_PROTODOWN, type LinkAttribute } from './link-attributes.js';

const valuesOf = (rows: readonly LinkAttribute[]): Props => Object.fromEntries(rows.map(({ name, default: value }) => [name, value]));

/** It has the link-local address of IPv6 that the kernel gives it (`link-local.ts` of the netlink adapter). */
const LINK_LOCAL: Props = { link_local: true };

/** What they are unless a field says otherwise, by type. */
export const RARE_OF: { readonly [type in 'veth' | 'bridge' | 'vxlan' | 'macvlan' | 'loopback']: Props } = {
  veth: { ...valuesOf([...RARE_FLAGS, ...RARE_LIMITS, ...RARE_PORT]), ...LINK_LOCAL },
  bridge: { ...valuesOf([...RARE_FLAGS, ...RARE_BRIDGE]), ...LINK_LOCAL },
  vxlan: { ...valuesOf([...RARE_FLAGS, RARE_PROTODOWN, ...RARE_PORT]), ...LINK_LOCAL },
  macvlan: { ...valuesOf([...RARE_FLAGS, RARE_PROTODOWN]), ...LINK_LOCAL },
  // Multicast is not for lo.
  loopback: { ...valuesOf([...RARE_FLAGS, ...RARE_LIMITS].filter(({ name }) => name !== 'multicast')), txqlen: 1000, group: 0 },
};

/** Writes those of the link that are not as the kernel has them by itself, and names that others gave it; a bridge has one of its own. */
export function writeRare(props: Record<string, PropValue>, link: LinkObservation | undefined, usual: Props, prefix = ''): void {
  if (link === undefined) return;
  const { attributes } = link;
  const names = link.type === 'bridge' || link.name === 'lo' ? [] : readableNames(link);
  if (names.length > 0) props[`${prefix}altnames`] = names;
  for (const name in usual) {
    const value = attributes[name];
    if (value !== undefined && value !== usual[name]) props[prefix + name] = value;
  }
}

/**
 * Changes a link. The kernel makes its link-local address anew as `addr_gen_mode` becomes 0 (`addrconf_sysctl_addr_gen_mode`), of the
 * MAC address that the link has by then; one that is no longer up, or too small for IPv6, is to have none.
 */
export function linkSet(netns: string, name: string, { link_local: comesBack, ...attributes }: LinkAttributes): readonly Operation[] {
  const isLeft = attributes['up'] === false || Number(attributes['mtu'] ?? IPV6_MIN_MTU) < IPV6_MIN_MTU;
  const key = interfaceKey('ipv6', name, 'addr_gen_mode');
  const mode = (value: string): Operation => ({ op: 'sysctl-set', netns, key, value, remember: false });
  return [
    ...(Object.keys(attributes).length === 0 ? [] : [{ op: 'link-set' as const, netns, name, attributes }]),
    ...(comesBack === undefined || isLeft ? [] : [mode('1'), mode('0')]),
  ];
}

/** Takes names that others gave the link. */
export const withoutNames = (netns: string, name: string, altnames: PropValue | undefined): readonly Operation[] =>
  ((altnames ?? []) as readonly string[]).map((altname) => ({ op: 'altname-delete', netns, name, altname }));
