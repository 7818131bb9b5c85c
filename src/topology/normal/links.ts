/** `links` → Link[]. */
import type { Endpoint, Link } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Tree } from '../tree.js';
import {
  asMapping,
  complain,
  itemsAt,
  numberAt,
  placeAt,
  placeOf,
  stringAt,
  textAt,
  textOf,
  withoutUndefined,
  type Reading,
} from './read.js';
import { readState } from './nodes.js';
import { readInterfaceAddress, readMac, readRate } from './values.js';

const DEFAULT_MTU = 1500;
const SHORT = /^([^:\s]+):([^:\s]+)$/;

/** Absent where an end of it is missing, which has been reported. */
export function readLink(reading: Reading, tree: Tree): Link | undefined {
  const map = asMapping(tree);
  const rate = readRate(reading, map);
  const [a, b, ...more] = itemsAt(map, 'endpoints').map((item) => readEndpoint(reading, item, rate));
  if (a === undefined || b === undefined || more.length > 0) return undefined;
  const at = placeOf(reading, map.entries.get('endpoints')?.key ?? map);
  const link: Link = { at, endpoints: [a, b], mtu: numberAt(map, 'mtu') ?? DEFAULT_MTU, state: readState(map) ?? 'up' };
  reading.origins.set(link, map);
  return link;
}

function readEndpoint(reading: Reading, tree: Tree, rate: number | undefined): Endpoint | undefined {
  const read = tree.kind === 'mapping' ? longEndpoint(reading, tree) : shortEndpoint(reading, tree);
  const endpoint = read === undefined || rate === undefined ? read : { rate, ...read };
  if (endpoint !== undefined) reading.origins.set(endpoint, tree);
  return endpoint;
}

function shortEndpoint(reading: Reading, tree: Tree): Endpoint | undefined {
  const text = textOf(tree);
  if (text === undefined) return undefined;
  const [, node, name] = SHORT.exec(text.text) ?? [];
  if (node !== undefined && name !== undefined) return { at: placeOf(reading, text.span), node, interface: name };
  complain(reading, 'bad-endpoint', text, `${quote(text.text)} is not an end of a link`, {
    hint: 'write NODE:INTERFACE, such as "web:eth1"',
  });
  return undefined;
}

function longEndpoint(reading: Reading, tree: Tree): Endpoint | undefined {
  const map = asMapping(tree);
  const node = stringAt(map, 'node');
  const name = stringAt(map, 'interface');
  const addresses = {
    ipv4Address: readInterfaceAddress(reading, textAt(map, 'ipv4_address'), 4)?.text,
    ipv6Address: readInterfaceAddress(reading, textAt(map, 'ipv6_address'), 6)?.text,
    macAddress: readMac(reading, map),
    rate: readRate(reading, map),
  };
  if (node === undefined || name === undefined) return undefined;
  return withoutUndefined({ at: placeAt(reading, map, 'node'), node, interface: name, ...addresses });
}
