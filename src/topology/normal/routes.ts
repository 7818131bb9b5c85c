/** `routes`, `rules` and `neighbours` → Route[], Rule[], Neighbour[]. */
import { familyOf, type Family } from '../../model/address.js';
import type { Neighbour, Route, RouteNexthop, RouteType, Rule } from '../../model/topology.js';
import { asMapping, booleanAt, itemsAt, numberAt, placeAt, placeOf, stringAt, textAt, withoutUndefined, type Reading } from './read.js';
import type { Mapping, Tree } from '../tree.js';
import { readAddress, readMac, readPrefix } from './values.js';

const MAIN_TABLE = 254;
const DEFAULT: { readonly [family in Family]: string } = { 4: '0.0.0.0/0', 6: '::/0' };

export function readRoute(reading: Reading, tree: Tree): Route | undefined {
  const map = asMapping(tree);
  const via = readAddress(reading, textAt(map, 'via'));
  const src = readAddress(reading, textAt(map, 'src'));
  const nexthops = itemsAt(map, 'nexthops').flatMap((item) => readNexthop(reading, item) ?? []);
  const to = readDestination(reading, map, via ?? nexthops[0]?.via ?? src);
  if (to === undefined) return undefined;
  const route: Route = withoutUndefined({
    at: placeAt(reading, map, 'to'),
    to,
    type: (stringAt(map, 'type') ?? 'unicast') as RouteType,
    via,
    dev: stringAt(map, 'dev'),
    nexthops: map.entries.has('nexthops') ? nexthops : undefined,
    src,
    metric: numberAt(map, 'metric'),
    table: numberAt(map, 'table'),
    mtu: numberAt(map, 'mtu'),
    onlink: booleanAt(map, 'onlink') ?? false,
  });
  reading.origins.set(route, map);
  return route;
}

function readNexthop(reading: Reading, tree: Tree): RouteNexthop | undefined {
  const map = asMapping(tree);
  const via = readAddress(reading, textAt(map, 'via'));
  if (via === undefined) return undefined;
  const dev = stringAt(map, 'dev');
  const hop: RouteNexthop = withoutUndefined({ at: placeAt(reading, map, 'via'), via, dev, weight: numberAt(map, 'weight') ?? 1 });
  reading.origins.set(hop, map);
  return hop;
}

/** `default` is of the family of the route's other addresses, IPv4 if it has none. */
function readDestination(reading: Reading, map: Mapping, other: string | undefined): string | undefined {
  if (stringAt(map, 'to') === 'default') return DEFAULT[other === undefined ? 4 : familyOf(other)];
  return readPrefix(reading, textAt(map, 'to'))?.text;
}

/** Two rules, one for each family, where no address decides; one if the node has IPv6 switched off. */
export function readRules(reading: Reading, tree: Tree, index: number, ipv6: boolean): readonly Rule[] {
  const map = asMapping(tree);
  const priority = numberAt(map, 'priority');
  if (priority === undefined) return [];
  const from = readSelector(reading, map, 'from');
  const to = readSelector(reading, map, 'to');
  const rest = {
    index,
    at: placeOf(reading, map.entries.values().next().value?.key ?? map),
    priority,
    table: numberAt(map, 'table') ?? MAIN_TABLE,
    from,
    to,
    iif: stringAt(map, 'iif'),
    oif: stringAt(map, 'oif'),
    fwmark: numberAt(map, 'fwmark'),
  };
  return familiesOf(reading, map, from, to, ipv6).map((family) => {
    const rule: Rule = withoutUndefined({ ...rest, family });
    reading.origins.set(rule, map);
    return rule;
  });
}

function familiesOf(reading: Reading, map: Mapping, from: string | undefined, to: string | undefined, ipv6: boolean): readonly Family[] {
  const written = [from, to].flatMap((text) => (text === undefined ? [] : [familyOf(text)]));
  if (written[0] === undefined) return ipv6 ? [4, 6] : [4];
  if (written[1] !== undefined && written[0] !== written[1]) {
    const message = `"from" is IPv${written[0]} and "to" is IPv${written[1]}`;
    reading.report('route-family', placeAt(reading, map, 'to'), message, { hint: 'write two rules' });
  }
  return [written[0]];
}

function readSelector(reading: Reading, map: Mapping, key: 'from' | 'to'): string | undefined {
  const text = textAt(map, key);
  if (text?.text === 'all') return undefined;
  const prefix = readPrefix(reading, text);
  return prefix?.text;
}

export function readNeighbour(reading: Reading, tree: Tree): Neighbour | undefined {
  const map = asMapping(tree);
  const address = readAddress(reading, textAt(map, 'address'));
  const macAddress = readMac(reading, map);
  const dev = stringAt(map, 'dev');
  if (address === undefined || macAddress === undefined || dev === undefined) return undefined;
  const neighbour: Neighbour = { at: placeAt(reading, map, 'address'), address, macAddress, dev };
  reading.origins.set(neighbour, map);
  return neighbour;
}
