/** `routing` → Routing. */
import type { Bgp, BgpNeighbor, Ospf, OspfArea, OspfInterface, RouteSource, Routing, StaticRoute } from '../../model/routing.js';
import { familyOf } from '../../model/address.js';
import type { Entry, Mapping, Tree } from '../tree.js';
import {
  asMapping,
  booleanAt,
  itemsAt,
  mappingAt,
  numberAt,
  pairsAt,
  placeAt,
  placeOf,
  stringAt,
  textAt,
  textOf,
  textsAt,
  withoutUndefined,
  type Reading,
  type Text,
} from './read.js';
import { readAddress, readPrefix } from './values.js';

export function readRouting(reading: Reading, node: Mapping): { readonly routing?: Routing } {
  const entry = node.entries.get('routing');
  if (entry?.value.kind !== 'mapping') return {};
  const map = entry.value;
  const routing: Routing = withoutUndefined({
    at: placeOf(reading, entry.key),
    routerId: stringAt(map, 'router_id'),
    multipath: booleanAt(map, 'multipath') ?? true,
    bgp: map.entries.has('bgp') ? readBgp(reading, map) : undefined,
    ospf: map.entries.has('ospf') ? readOspf(reading, map) : undefined,
    static: itemsAt(map, 'static').flatMap((item) => readStatic(reading, item) ?? []),
  });
  reading.origins.set(routing, map);
  return { routing };
}

function readBgp(reading: Reading, routing: Mapping): Bgp | undefined {
  const map = mappingAt(routing, 'bgp');
  const asn = numberAt(map, 'asn');
  if (asn === undefined) return undefined;
  const bgp: Bgp = withoutUndefined({
    at: keyPlace(reading, routing, 'bgp'),
    asn,
    neighbors: itemsAt(map, 'neighbors').flatMap((item) => readNeighbor(reading, item) ?? []),
    networks: itemsAt(map, 'networks').flatMap((item) => {
      const cidr = readPrefix(reading, textOf(item));
      return cidr === undefined ? [] : [{ cidr: cidr.text, at: placeOf(reading, item) }];
    }),
    redistribute: sourcesAt(map),
    clusterId: stringAt(map, 'cluster_id'),
  });
  reading.origins.set(bgp, map);
  return bgp;
}

const HOLD_TIME = 90;

function readNeighbor(reading: Reading, tree: Tree): BgpNeighbor | undefined {
  const map = asMapping(tree);
  const peer = textOf(tree)?.text ?? stringAt(map, 'peer');
  if (peer === undefined) return undefined;
  const neighbor: BgpNeighbor = withoutUndefined({
    at: tree.kind === 'mapping' ? placeAt(reading, map, 'peer') : placeOf(reading, tree),
    peer,
    asn: numberAt(map, 'asn'),
    address: readAddress(reading, textAt(map, 'address')),
    sourceAddress: readAddress(reading, textAt(map, 'source_address')),
    nextHopSelf: booleanAt(map, 'next_hop_self') ?? false,
    routeReflectorClient: booleanAt(map, 'route_reflector_client') ?? false,
    multihop: numberAt(map, 'multihop'),
    passive: booleanAt(map, 'passive') ?? false,
    bfd: booleanAt(map, 'bfd') ?? false,
    password: stringAt(map, 'password'),
    holdTime: numberAt(map, 'hold_time') ?? HOLD_TIME,
    keepalive: numberAt(map, 'keepalive'),
  });
  reading.origins.set(neighbor, map);
  return neighbor;
}

function readOspf(reading: Reading, routing: Mapping): Ospf {
  const map = mappingAt(routing, 'ospf');
  const ospf: Ospf = {
    at: keyPlace(reading, routing, 'ospf'),
    areas: pairsAt(map, 'areas').map(([id, entry]) => readArea(reading, id, entry)),
    redistribute: sourcesAt(map),
  };
  reading.origins.set(ospf, map);
  return ospf;
}

function readArea(reading: Reading, id: string, { key, value }: Entry): OspfArea {
  const listed = value.kind === 'list' ? value.items : [];
  return {
    at: placeOf(reading, key),
    id: /^\d+$/.test(id) ? quadOf(Number(id)) : id,
    interfaces: [
      ...listed.flatMap((item) => {
        const text = textOf(item);
        return text === undefined ? [] : [readInterface(reading, text, asMapping(undefined))];
      }),
      ...[...asMapping(value).entries].map(([name, entry]) =>
        readInterface(reading, { text: name, span: entry.key }, asMapping(entry.value)),
      ),
    ],
  };
}

const HELLO = 10;

function readInterface(reading: Reading, { text: name, span }: Text, map: Mapping): OspfInterface {
  const hello = numberAt(map, 'hello') ?? HELLO;
  const type = stringAt(map, 'type');
  const settings: OspfInterface = withoutUndefined({
    at: placeOf(reading, span),
    name,
    cost: numberAt(map, 'cost'),
    passive: booleanAt(map, 'passive') ?? name === 'lo',
    type: type === 'broadcast' || type === 'point-to-point' ? type : undefined,
    hello,
    dead: numberAt(map, 'dead') ?? 4 * hello,
    bfd: booleanAt(map, 'bfd') ?? false,
  });
  reading.origins.set(settings, map);
  return settings;
}

function readStatic(reading: Reading, tree: Tree): StaticRoute | undefined {
  const map = asMapping(tree);
  const via = textsAt(map, 'via').flatMap((text) => readAddress(reading, text) ?? []);
  const to = destinationOf(reading, map, via[0]);
  if (to === undefined) return undefined;
  const route: StaticRoute = {
    at: placeAt(reading, map, 'to'),
    to,
    type: (stringAt(map, 'type') ?? 'unicast') as StaticRoute['type'],
    via,
  };
  reading.origins.set(route, map);
  return route;
}

function destinationOf(reading: Reading, map: Mapping, via: string | undefined): string | undefined {
  if (stringAt(map, 'to') === 'default') return via !== undefined && familyOf(via) === 6 ? '::/0' : '0.0.0.0/0';
  return readPrefix(reading, textAt(map, 'to'))?.text;
}

function sourcesAt(map: Mapping): readonly RouteSource[] {
  return [...new Set(textsAt(map, 'redistribute').map(({ text }) => text as RouteSource))].sort();
}

function keyPlace(reading: Reading, map: Mapping, key: string): Routing['at'] {
  return placeOf(reading, map.entries.get(key)?.key ?? map);
}

function quadOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}
