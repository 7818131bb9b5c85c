/** BirdConfig → lines of a configuration file of BIRD 2. The same configuration gives the same text. */
import { familyOf, type Family } from '../../model/address.js';
import type { RouteSource } from '../../model/routing.js';
import {
  type Bgp,
  type BirdConfig,
  type BirdFilter,
  type BirdMatch,
  type BirdProtocol,
  type BirdRoute,
  type Kernel,
  type Ospf,
  type OspfArea,
  type OspfInterface,
} from './config.js';

export function birdText({ routerId, protocols }: BirdConfig): readonly string[] {
  const sorted = [...protocols].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    'log stderr all;',
    'timeformat protocol iso long ms;',
    `router id ${routerId};`,
    // Where the interfaces are watched: it has no routes.
    "protocol device 'the-interfaces' { scan time 10; }",
    ...sorted.flatMap(protocolLines),
  ];
}

function protocolLines(one: BirdProtocol): readonly string[] {
  const version = one.protocol === 'ospf' ? ` v${one.family === 4 ? 2 : 3}` : '';
  return block(`protocol ${one.protocol}${version} '${symbol(one.name)}'`, bodyOf(one));
}

/** A name of BIRD's. */
function symbol(name: string): string {
  if (!/^[A-Za-z0-9_.:-]{1,63}$/.test(name)) throw new RangeError(`not a name that BIRD takes: ${JSON.stringify(name)}`);
  return name;
}

/** A text of BIRD's, which knows no way to write a quote in one. */
function quoted(text: string): string {
  if (/["\\\u0000-\u001f]/.test(text)) throw new RangeError('a text of BIRD holds no quotes, backslashes and control characters');
  return `"${text}"`;
}

function bodyOf(one: BirdProtocol): readonly string[] {
  switch (one.protocol) {
    case 'direct':
      return [...one.families.map((family) => `ipv${family};`), ...interfacesLine(one.interfaces)];
    case 'kernel':
      return kernelLines(one);
    case 'static':
      return [`ipv${one.family};`, ...inOrder(one.routes).map(routeLine)];
    case 'bgp':
      return bgpLines(one);
    case 'ospf':
      return ospfLines(one);
    case 'bfd':
      // A session is gone after three intervals.
      return ['interface "*" { interval 250 ms; multiplier 3; };'];
  }
}

function interfacesLine(interfaces: readonly string[] | undefined): readonly string[] {
  return interfaces === undefined ? [] : [`interface ${interfaces.map(quoted).join(', ')};`];
}

function kernelLines({ family, mergePaths, import: learned, export: out, table }: Kernel): readonly string[] {
  return [
    // A route that somebody has deleted by hand is back after so many seconds.
    'scan time 5;',
    ...(learned.rules.length === 0 ? [] : ['learn;']),
    ...(mergePaths ? ['merge paths on;'] : []),
    ...(table === undefined ? [] : [`kernel table ${table};`]),
    ...channel(family, [...filter('import', learned), ...filter('export', out)]),
  ];
}

function routeLine({ to, target }: BirdRoute): string {
  return `route ${to} ${typeof target === 'string' ? target : target.map((router) => `via ${router}`).join(' ')};`;
}

function bgpLines(one: Bgp): readonly string[] {
  const { local, neighbor, families } = one;
  return [
    `description ${quoted(one.description)};`,
    `local ${local.address === undefined ? '' : `${local.address} `}as ${local.asn};`,
    `neighbor ${neighbor.address} as ${neighbor.asn};`,
    one.distance === 'direct' ? 'direct;' : `multihop${one.distance === 0 ? '' : ` ${one.distance}`};`,
    `hold time ${one.holdTime};`,
    ...(one.keepalive === undefined ? [] : [`keepalive time ${one.keepalive};`]),
    // The daemon's own are made for the Internet: minutes after an error.
    'connect delay time 1;',
    'connect retry time 5;',
    'error wait time 1, 10;',
    ...(one.passive ? ['passive on;'] : []),
    ...(one.bfd ? ['bfd on;'] : []),
    ...(one.password === undefined ? [] : [`password ${quoted(one.password)};`]),
    ...(one.routeReflectorClient ? ['rr client;'] : []),
    ...(one.clusterId === undefined ? [] : [`rr cluster id ${one.clusterId};`]),
    ...families.flatMap((family) =>
      channel(family, [
        ...(one.nextHopSelf ? ['next hop self ebgp;'] : []),
        ...filter('import', one.import),
        ...filter('export', one.export),
      ]),
    ),
  ];
}

function ospfLines({ family, ecmp, export: out, areas }: Ospf): readonly string[] {
  return [
    `ecmp ${ecmp ? 'on' : 'off'};`,
    ...channel(family, ['import all;', ...filter('export', out)]),
    ...areas.flatMap(({ id, interfaces, stubnets }) =>
      block(`area ${id}`, [...interfaces.flatMap(ospfInterfaceLines), ...stubnets.map(stubnetLine)], ';'),
    ),
  ];
}

function stubnetLine({ prefix, cost }: OspfArea['stubnets'][number]): string {
  return `stubnet ${prefix}${cost === undefined ? '' : ` { cost ${cost}; }`};`;
}

function ospfInterfaceLines({ name, stub, type, cost, hello, dead, bfd }: OspfInterface): readonly string[] {
  return block(
    `interface ${quoted(name)}`,
    [
      ...(cost === undefined ? [] : [`cost ${cost};`]),
      ...(stub ? ['stub on;'] : [`type ${type};`, `hello ${hello};`, `dead ${dead};`]),
      // Nobody is chosen before all have been heard once.
      ...(stub || type === 'ptp' ? [] : [`wait ${dead};`]),
      ...(bfd && !stub ? ['bfd on;'] : []),
    ],
    ';',
  );
}

function channel(family: Family, lines: readonly string[]): readonly string[] {
  return block(`ipv${family}`, lines, ';');
}

function filter(direction: 'import' | 'export', { rules, otherwise }: BirdFilter): readonly string[] {
  const meaningful = rules.flatMap(({ match, verdict }) => conditions(match).map((condition) => `if ${condition} then ${verdict};`));
  if (meaningful.length === 0) return [`${direction} ${otherwise === 'accept' ? 'all' : 'none'};`];
  return block(`${direction} filter`, [...meaningful, `${otherwise};`], ';');
}

/**
 * No set of prefixes (`net ~ [ … ]`): a daemon that reads its configuration again takes two sets for the same whose prefixes differ only
 * behind the last multiple of four bits, as 10.0.0.0/26 and /27 do (`trie_node_same4`, BIRD's filter/trie.c), and goes on with the former.
 * A test of a prefix of the other family is false.
 */
function conditions(match: BirdMatch): readonly string[] {
  if ('sources' in match) {
    const names = [...match.sources].sort().flatMap((source) => SOURCES[source]);
    return names.length === 0 ? [] : [`source ~ [ ${names.join(', ')} ]`];
  }
  const [prefixes, test] = 'within' in match ? [match.within, '~'] : [match.prefixes, '='];
  return ([4, 6] as const).flatMap((family) => {
    const own = [...new Set(prefixes)].filter((prefix) => familyOf(prefix) === family).sort();
    return own.map((prefix) => `net ${test} ${prefix}`);
  });
}

const SOURCES: { readonly [source in RouteSource]: readonly string[] } = {
  connected: ['RTS_DEVICE'],
  static: ['RTS_STATIC'],
  kernel: ['RTS_INHERIT'],
  bgp: ['RTS_BGP'],
  ospf: ['RTS_OSPF', 'RTS_OSPF_IA', 'RTS_OSPF_EXT1', 'RTS_OSPF_EXT2'],
};

function block(head: string, lines: readonly string[], end = ''): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), `}${end}`];
}

function inOrder(routes: readonly BirdRoute[]): readonly BirdRoute[] {
  return [...routes].sort((a, b) => (a.to < b.to ? -1 : 1));
}
