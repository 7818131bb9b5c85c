/** The fields of one end of a veth pair; those of the second are called `peer_…`. */
import type { PropValue, Props } from '../model/state.js';
import { BRIDGE_PORT_ATTRIBUTES } from './link-attributes.js';

export type Prefix = '' | 'peer_';

const portFields = BRIDGE_PORT_ATTRIBUTES.map((row) => row.name);

function prefixed(prefix: Prefix, props: Props): Props {
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [prefix + name, value]));
}

/** A new end, up, as a port of a bridge. */
export function endDefaults(prefix: Prefix): Props {
  const port = Object.fromEntries(BRIDGE_PORT_ATTRIBUTES.map((row) => [row.name, row.default]));
  return prefixed(prefix, { mtu: 1500, up: true, txqlen: 1000, master: '', ...port });
}

function blank(prefix: Prefix): { readonly port: Props; readonly other: Props } {
  const none = Object.fromEntries(portFields.map((field) => [field, null]));
  const port = { ...endDefaults(prefix), [`${prefix}mac`]: null };
  return { port, other: { ...port, ...prefixed(prefix, none) } };
}

const blanks = { '': blank(''), peer_: blank('peer_') };

/** All fields of an end but its marks; those of a port are null where it is none. */
export function blankEnd(prefix: Prefix, isPort: boolean): Props {
  return isPort ? blanks[prefix].port : blanks[prefix].other;
}

const names = { '': namesWith(''), peer_: namesWith('peer_') };

function namesWith(prefix: Prefix): { readonly own: readonly Name[]; readonly port: readonly Name[] } {
  const pair = (field: string): Name => [field, prefix + field];
  return { own: ['mtu', 'up', 'txqlen', 'master', 'mac'].map(pair), port: portFields.map(pair) };
}

/** Of an attribute, and of the field that holds it. */
type Name = readonly [attribute: string, field: string];

/** The fields as the kernel has them. */
export function observedEnd(prefix: Prefix, attributes: Readonly<Record<string, string | number | boolean>>): Props {
  const isPort = (attributes['master'] ?? '') !== '';
  const props: Record<string, PropValue> = { ...blankEnd(prefix, isPort) };
  for (const [attribute, field] of names[prefix].own) props[field] = attributes[attribute] ?? (attribute === 'master' ? '' : null);
  if (isPort) for (const [attribute, field] of names[prefix].port) props[field] = attributes[attribute] ?? null;
  return props;
}
