/** Fields that only those links have in which they are not as usual (RARE_… in `link-attributes.ts`). */
import type { LinkAttributes } from '../model/operation.js';
import type { Props, PropValue } from '../model/state.js';
import { RARE_BRIDGE, RARE_FLAGS, RARE_LIMITS, RARE_PORT, RARE_PROTODOWN, type LinkAttribute } from './link-attributes.js';

const valuesOf = (rows: readonly LinkAttribute[]): Props => Object.fromEntries(rows.map(({ name, default: value }) => [name, value]));

/** What they are unless a field says otherwise, by type. */
export const RARE_OF: { readonly [type in 'veth' | 'bridge' | 'vxlan' | 'macvlan' | 'loopback']: Props } = {
  veth: valuesOf([...RARE_FLAGS, ...RARE_LIMITS, ...RARE_PORT]),
  bridge: valuesOf([...RARE_FLAGS, ...RARE_BRIDGE]),
  vxlan: valuesOf([...RARE_FLAGS, RARE_PROTODOWN, ...RARE_PORT]),
  macvlan: valuesOf([...RARE_FLAGS, RARE_PROTODOWN]),
  // Multicast is not for lo.
  loopback: { ...valuesOf([...RARE_FLAGS, ...RARE_LIMITS].filter(({ name }) => name !== 'multicast')), txqlen: 1000, group: 0 },
};

/** Writes those of the link that are not as the kernel has them by itself. */
export function writeRare(props: Record<string, PropValue>, attributes: LinkAttributes, usual: Props, prefix = ''): void {
  for (const name in usual) {
    const value = attributes[name];
    if (value !== undefined && value !== usual[name]) props[prefix + name] = value;
  }
}
