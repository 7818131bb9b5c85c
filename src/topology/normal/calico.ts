/** Keys of a calico network, and labels of nodes → their long forms. */
import { CALICO_GATEWAY, CALICO_GATEWAY6 } from '../../model/calico.js';
import type { Calico, CalicoBgp, Labels, PolicyPorts, PolicyRule, PolicySource, Selector } from '../../model/calico.js';
import type { NetworkGateway } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Entry, Mapping, Tree } from '../tree.js';
import {
  asMapping,
  complain,
  itemsAt,
  mappingAt,
  numberAt,
  pairsAt,
  placeOf,
  textOf,
  textsAt,
  withoutUndefined,
  type Reading,
} from './read.js';
import { readPrefix } from './values.js';

const BLOCK_SIZE = 26;
/** A block has as many addresses in both families. */
const IPV6_MORE = 128 - 32;
const ASN = 64512;
const MAX_PORT = 65535;

/** The host, by an address that is nobody's. */
export const CALICO_ROUTER: NetworkGateway = { kind: 'host', ipv4: CALICO_GATEWAY, ipv6: CALICO_GATEWAY6 };

export function readCalico(reading: Reading, map: Mapping): Calico {
  const size = numberAt(map, 'block_size') ?? BLOCK_SIZE;
  return {
    blockSize: { 4: size, 6: size + IPV6_MORE },
    bgp: readBgp(reading, mappingAt(map, 'bgp')),
    policy: itemsAt(map, 'policy').flatMap((item) => (item.kind === 'mapping' ? [readRule(reading, item)] : [])),
  };
}

function readBgp(reading: Reading, map: Mapping): CalicoBgp {
  const asn = numberAt(map, 'asn') ?? ASN;
  const reflectors = map.entries.get('route_reflectors');
  if (reflectors === undefined) return { asn };
  const mesh = map.entries.get('mesh');
  if (mesh !== undefined) {
    const hint = 'remove one of them';
    complain(reading, 'conflicting-keys', { span: mesh.key }, '"mesh" and "route_reflectors" exclude each other', { hint });
  }
  const texts = textsAt(map, 'route_reflectors').map(({ text, span }) => ({ host: text, at: placeOf(reading, span) }));
  return { asn, reflectors: texts.filter(({ host }, i) => texts.findIndex((one) => one.host === host) === i) };
}

function readRule(reading: Reading, map: Mapping): PolicyRule {
  const ports = map.entries.get('ports')?.value;
  const from = map.entries.get('from')?.value;
  return withoutUndefined({
    at: placeOf(reading, map),
    to: readSelector(reading, map.entries.get('to')?.value ?? map),
    from: from?.kind === 'list' ? from.items.flatMap((item) => readSource(reading, item)) : undefined,
    ports: ports?.kind === 'list' ? ports.items.flatMap((item) => readPorts(reading, item)) : undefined,
  });
}

function readSource(reading: Reading, item: Tree): readonly PolicySource[] {
  const text = textOf(item);
  if (text === undefined) return [{ source: 'nodes', selector: readSelector(reading, item) }];
  const cidr = readPrefix(reading, text);
  return cidr === undefined ? [] : [{ source: 'cidr', cidr: cidr.text }];
}

function readSelector(reading: Reading, tree: Tree): Selector {
  return { at: placeOf(reading, tree), labels: labelsOf([...asMapping(tree).entries]) };
}

function readPorts(reading: Reading, item: Tree): readonly PolicyPorts[] {
  const text = textOf(item);
  if (text === undefined) return [];
  const [protocol = '', range] = text.text.split('/');
  if (protocol === 'icmp') return [{ protocol: 'icmp' }];
  if (protocol !== 'tcp' && protocol !== 'udp') return [];
  const [first = '1', last = range === undefined ? String(MAX_PORT) : first] = range?.split('-') ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (from >= 1 && from <= to && to <= MAX_PORT) return [{ protocol, from, to }];
  const code = from > to ? 'bad-port' : 'port-out-of-range';
  complain(reading, code, text, `${quote(text.text)} is no range of ports within 1..${MAX_PORT}`);
  return [];
}

export function readLabels(map: Mapping): Labels | undefined {
  return map.entries.has('labels') ? labelsOf(pairsAt(map, 'labels')) : undefined;
}

const labelsOf = (pairs: readonly (readonly [string, Entry])[]): Labels =>
  Object.fromEntries(
    pairs.flatMap(([name, { value }]) => (value.kind === 'scalar' && value.value !== null ? [[name, String(value.value)]] : [])),
  );
