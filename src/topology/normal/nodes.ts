/** `nodes` → Node[]. */
import type { Attachment, InterfaceSettings, Node, Sysctl } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Entry, Mapping, Tree } from '../tree.js';
import { readCommand, readCommands } from './commands.js';
import { readContainer } from './containers.js';
import { withInherited } from './defaults.js';
import { readDnsSearch, readExtraHosts } from './names.js';
import { readLabels } from './calico.js';
import { readPort } from './ports.js';
import { readNetworkMode } from './network-mode.js';
import {
  asMapping,
  booleanAt,
  complain,
  itemsAt,
  numberAt,
  pairsAt,
  placeOf,
  stringAt,
  textAt,
  textOf,
  textsAt,
  trueAt,
  withoutUndefined,
  type Reading,
  type Text,
} from './read.js';
import { readNeighbour, readRoute, readRules } from './routes.js';
import { readRouting } from './routing.js';
import { readAddress, readInterfaceAddress, readMac } from './values.js';

/** `inherited`: what it has from elsewhere, the weakest first. */
export function readNode(
  reading: Reading,
  lab: string,
  name: string,
  entry: Entry,
  { inherited, isHost = false }: { readonly inherited: readonly Tree[]; readonly isHost?: boolean },
): Node {
  for (const written of [...inherited, entry.value]) refuseTwice(reading, written);
  const map = withInherited(inherited, entry.value);
  const ipv6 = booleanAt(map, 'ipv6') ?? true;
  const node: Node = withoutUndefined({
    name,
    at: placeOf(reading, entry.key),
    netns: stringAt(map, 'netns') ?? `${lab}.${name}`,
    ...(isHost ? { isHost: true as const } : {}),
    host: readHostOf(reading, map),
    ...readNetworkMode(reading, map),
    ...readContainer(reading, name, map, asMapping(entry.value)),
    labels: readLabels(map),
    ipv6,
    forwarding: booleanAt(map, 'forwarding') ?? false,
    networks: pairsAt(map, 'networks').map(([network, value]) => readAttachment(reading, network, value)),
    interfaces: pairsAt(map, 'interfaces').map(([interfaceName, value]) => readInterface(reading, interfaceName, value)),
    routes: itemsAt(map, 'routes').flatMap((item) => readRoute(reading, item) ?? []),
    rules: itemsAt(map, 'rules').flatMap((item, i) => readRules(reading, item, i, ipv6)),
    neighbours: itemsAt(map, 'neighbours').flatMap((item) => readNeighbour(reading, item) ?? []),
    sysctls: pairsAt(map, 'sysctls').flatMap(([key, value]) => readSysctl(reading, key, value)),
    ports: itemsAt(map, 'ports').flatMap((item) => readPort(reading, item) ?? []),
    run: readCommands(reading, map),
    exec: itemsAt(map, 'exec').flatMap((item) => readCommand(reading, item) ?? []),
    ignore: itemsAt(map, 'ignore').flatMap((item) => textOf(item)?.text ?? []),
    hostname: stringAt(map, 'hostname'),
    extraHosts: readExtraHosts(reading, map),
    dns: textsAt(map, 'dns').flatMap((text) => readAddress(reading, text) ?? []),
    dnsSearch: readDnsSearch(map),
    protect: trueAt(reading, map, 'protect'),
    ...readRouting(reading, map),
  });
  reading.origins.set(node, map);
  return node;
}

function readHostOf(reading: Reading, map: Mapping): Node['host'] {
  const host = textAt(map, 'host');
  return host === undefined ? undefined : { name: host.text, at: placeOf(reading, host.span) };
}

/** In a list of names; a mapping that has a key twice has been refused as it was read. */
function refuseTwice(reading: Reading, node: Tree): void {
  const first = new Map<string, Text>();
  for (const text of itemsAt(asMapping(node), 'networks').flatMap((item) => textOf(item) ?? [])) {
    const before = first.get(text.text);
    if (before === undefined) {
      first.set(text.text, text);
      continue;
    }
    const related = [{ message: 'it is here first', at: placeOf(reading, before.span) }];
    const message = `the node is attached to the network ${quote(text.text)} twice`;
    complain(reading, 'network-twice', text, message, { hint: 'remove one: a node has one interface on a network', related });
  }
}

function readAttachment(reading: Reading, network: string, entry: Entry): Attachment {
  const map = asMapping(entry.value);
  const attachment: Attachment = withoutUndefined({
    network,
    at: placeOf(reading, entry.key),
    ipv4Address: readAddress(reading, textAt(map, 'ipv4_address'), 4),
    ipv6Address: readAddress(reading, textAt(map, 'ipv6_address'), 6),
    macAddress: readMac(reading, map),
    interfaceName: stringAt(map, 'interface_name'),
    hostInterface: stringAt(map, 'host_interface'),
    gwPriority: numberAt(map, 'gw_priority') ?? 0,
    aliases: [...new Set(textsAt(map, 'aliases').map(({ text }) => text))],
  });
  reading.origins.set(attachment, map);
  return attachment;
}

function readInterface(reading: Reading, name: string, entry: Entry): InterfaceSettings {
  const map = asMapping(entry.value);
  const settings: InterfaceSettings = withoutUndefined({
    name,
    at: placeOf(reading, entry.key),
    addresses: itemsAt(map, 'addresses').flatMap((item) => {
      const cidr = readInterfaceAddress(reading, textOf(item));
      return cidr === undefined ? [] : [{ cidr: cidr.text, at: placeOf(reading, item) }];
    }),
    mtu: numberAt(map, 'mtu'),
    state: readState(map),
    macAddress: readMac(reading, map),
  });
  reading.origins.set(settings, map);
  return settings;
}

export function readState(map: Mapping): 'up' | 'down' | undefined {
  const state = stringAt(map, 'state');
  return state === 'up' || state === 'down' ? state : undefined;
}

function readSysctl(reading: Reading, key: string, { key: span, value }: Entry): readonly Sysctl[] {
  if (value.kind !== 'scalar' || value.value === null) return [];
  const text = typeof value.value === 'boolean' ? String(Number(value.value)) : String(value.value);
  const sysctl: Sysctl = { at: placeOf(reading, span), key, value: text };
  reading.origins.set(sysctl, value);
  return [sysctl];
}
