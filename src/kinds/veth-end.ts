/** The fields of one end of a veth pair; those of the second are called `peer_…`. */
import type { PropValue, Props } from '../model/state.js';
import { BRIDGE_PORT_ATTRIBUTES } from './link-attributes.js';

export type Prefix = '' | 'peer_';

const portFields = BRIDGE_PORT_ATTRIBUTES.map((row) => row.name);

export function prefixed(prefix: Prefix, props: Props): Props {
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [prefix + name, value]));
}

/** A new end, up, as a port of a bridge. */
export function endDefaults(prefix: Prefix): Props {
  const port = Object.fromEntries(BRIDGE_PORT_ATTRIBUTES.map((row) => [row.name, row.default]));
  return prefixed(prefix, { mtu: 1500, up: true, txqlen: 1000, master: '', ...port });
}

/** Of an attribute, the field that holds it, and whether only a port of a bridge has it. */
type Name = readonly [attribute: string, field: string, ofPort: boolean];

const namesWith = (prefix: Prefix): readonly Name[] =>
  [...Object.keys(endDefaults('')), 'mac'].map((attribute) => [attribute, prefix + attribute, portFields.includes(attribute)]);
const names = { '': namesWith(''), peer_: namesWith('peer_') };

export type EndAttributes = Readonly<Record<string, PropValue | undefined>>;

/**
 * Writes all fields of an end but its marks; those of a port are null where it is none. Always in one order, so that the
 * objects of thousands of pairs have one shape.
 */
export function writeEnd(props: Record<string, PropValue>, prefix: Prefix, attributes: EndAttributes, missing: Props): void {
  const isPort = (attributes['master'] ?? '') !== '';
  for (const [attribute, field, ofPort] of names[prefix])
    props[field] = ofPort && !isPort ? null : (attributes[attribute] ?? missing[attribute] ?? null);
}
