/** Chains of others that drop what a host itself takes or sends for a lab: names, neighbours, tunnels, and what it asks nodes. */
import { contains, type Family, familyOf, parseAddress, parseCidr } from '../model/address.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Fate } from '../model/nft/fate.js';
import type { KnownAddress, Packet } from '../model/nft/packet.js';
import { relevantIn } from '../model/nft/relevant.js';
import type { ForeignChainObservation } from '../model/observation.js';
import { doesText, droppedIn, helpIntro, isOfFamily, type Keeper, keeperOf, placeOf } from './foreign-chain.js';
import { CONNTRACK, DSTNAT, type PassingNetwork, publishedIn, wholeAddress } from './foreign-packets.js';
import type { ListeningPort } from './host-ports.js';
import type { PublishedRule } from './published-rules.js';

/** A VXLAN link: packets between hosts. */
export interface Tunnel {
  /** UDP. */
  readonly port: number;
  readonly local: string;
  /** '' as the routes have it. */
  readonly dev: string;
  readonly path: string;
  readonly at?: SourceRange;
}

export interface AtHost {
  readonly networks: readonly PassingNetwork[];
  readonly tunnels: readonly Tunnel[];
  /** DNS servers. */
  readonly servers: readonly ListeningPort[];
  readonly ports: readonly PublishedRule[];
  /** Of the host. */
  readonly chains: readonly ForeignChainObservation[];
}

const SORTS = {
  questions: { code: 'dns-dropped', text: 'what nodes ask the DNS server of' },
  answers: { code: 'dns-dropped', text: 'what the DNS server answers to nodes of' },
  neighbours: {
    code: 'neighbours-dropped',
    text: 'the questions and answers by which the host and nodes find each other by IPv6 (ICMPv6) on',
  },
  tunnel: { code: 'tunnel-dropped', text: 'packets from host to host of' },
  own: { code: 'output-dropped', text: 'what the host itself sends to nodes of' },
} as const;

interface Crossing {
  readonly hook: 'input' | 'output';
  readonly sort: keyof typeof SORTS;
  readonly packet: Packet;
  /** `networks.front (br-front)` */
  readonly where: string;
  readonly at?: SourceRange;
  /** What a rule that lets it pass asks for. */
  readonly asks: Asks;
}

interface Asks {
  readonly dev?: string;
  /** A destination, as CIDR. */
  readonly to?: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmpv6';
  readonly key?: 'sport' | 'dport' | 'type';
  readonly value?: number;
}

export function droppedAtHost(there: AtHost): readonly Diagnostic[] {
  const subnets = there.networks.flatMap(({ subnets: all }) => all.flatMap((text) => known(text) ?? []));
  const locals = there.tunnels.map(({ local }) => wholeAddress(local));
  const addresses = [
    ...subnets,
    ...locals,
    ...there.servers.flatMap(({ address }) => (address === undefined ? [] : wholeAddress(address))),
    SOLICITED,
  ];
  const interfaces = [...there.networks.map(({ bridge }) => bridge), ...there.tunnels.map(({ dev }) => dev), 'lo'];
  return there.chains.flatMap((whole) => {
    const { hook, family } = whole;
    if ((hook !== 'input' && hook !== 'output') || family === 'bridge') return [];
    const chain = { ...whole, ...relevantIn(whole, addresses, interfaces) };
    const missing = new Map<string, { readonly does: string; readonly fate: Fate; readonly all: Crossing[] }>();
    for (const one of crossings(there, chain)) {
      const fate = one.hook === hook && isOfFamily(chain, one.packet.family) ? droppedIn(chain, one.packet) : null;
      if (fate === null) continue;
      const does = doesText(chain, fate);
      const key = `${one.sort} ${does}`;
      const before = missing.get(key);
      if (before === undefined) missing.set(key, { does, fate, all: [one] });
      else before.all.push(one);
    }
    return [...missing.values()].map(({ does, fate, all }) => warning(chain, does, keeperOf(chain, fate.seen), all));
  });
}

/** ff02::1:ff00:0/104: whoever asks for an address asks those that end like it. */
const SOLICITED: KnownAddress = { bytes: parseAddress('ff02::1:ff00:0')!.bytes, length: 104 };
const [SOLICITATION, ADVERTISEMENT] = [135, 136];

function crossings({ networks, tunnels, servers, ports }: AtHost, { priority }: ForeignChainObservation): readonly Crossing[] {
  const hosted = networks.filter((network) => network.hosted);
  return [
    ...servers.flatMap(asked),
    ...tunnels.flatMap((tunnel) => tunnelled(tunnel, networks)),
    ...hosted.flatMap((network) =>
      network.subnets.flatMap((subnet) => [...neighbours(network, subnet), ...own(network, subnet, ports, priority)]),
    ),
  ].map((one) => (one.hook === 'output' && priority < CONNTRACK ? { ...one, packet: { ...one.packet, state: 'invalid' } } : one));
}

function asked({ dev, protocol: word, from, address = '', path, at }: ListeningPort): readonly Crossing[] {
  const protocol = word === 'udp' ? 'udp' : 'tcp';
  const common = { family: familyOf(address), protocol, translated: false } as const;
  const place = { where: `${path} (${dev})`, at } as const;
  const self = parseAddress(address) === null ? undefined : wholeAddress(address);
  return [
    {
      ...{ hook: 'input', sort: 'questions', ...place, asks: { dev, protocol, key: 'dport', value: from } },
      packet: { ...common, iifname: dev, ...(self === undefined ? {} : { daddr: self }), dport: from, state: 'new', to: 'local' },
    },
    {
      ...{ hook: 'output', sort: 'answers', ...place, asks: { dev, protocol, key: 'sport', value: from } },
      packet: { ...common, oifname: dev, ...(self === undefined ? {} : { saddr: self }), sport: from, state: 'established' },
    },
  ];
}

/** Both ways with the port as destination: the kernel sends each flow from a port of its own. */
function tunnelled({ port, local, dev, path, at }: Tunnel, networks: readonly PassingNetwork[]): readonly Crossing[] {
  const family = familyOf(local);
  const self = wholeAddress(local);
  const underlay = networks.flatMap(({ subnets }) => subnets).find((subnet) => contains(subnet, parseAddress(local)!));
  const others = underlay === undefined ? undefined : known(underlay);
  const common = { family, protocol: 'udp', dport: port, state: 'new', translated: false } as const;
  const where = `${path} (UDP port ${port}${dev === '' ? '' : ` on ${dev}`})`;
  const rest = { sort: 'tunnel', where, ...(at === undefined ? {} : { at }) } as const;
  const asks: Asks = { ...(dev === '' ? {} : { dev }), protocol: 'udp', key: 'dport', value: port };
  return [
    {
      ...{ hook: 'input', ...rest, asks },
      packet: {
        ...common,
        ...(dev === '' ? {} : { iifname: dev }),
        daddr: self,
        ...(others === undefined ? {} : { saddr: others }),
        to: 'local',
      },
    },
    {
      ...{ hook: 'output', ...rest, asks },
      packet: { ...common, ...(dev === '' ? {} : { oifname: dev }), saddr: self, ...(others === undefined ? {} : { daddr: others }) },
    },
  ];
}

/** Without them nodes do not find their gateway, and the host does not find nodes for which it has packets. */
function neighbours(network: PassingNetwork, subnet: string): readonly Crossing[] {
  const nodes = known(subnet);
  if (nodes?.bytes.length !== 16) return [];
  const { bridge: dev } = network;
  const common = { family: 6, protocol: 'icmpv6', hopLimit: 255, state: 'untracked', translated: false } as const;
  const ways = [
    { icmpType: SOLICITATION, received: { saddr: nodes, daddr: SOLICITED, to: 'multicast' }, sent: { daddr: SOLICITED, to: 'multicast' } },
    { icmpType: ADVERTISEMENT, received: { saddr: nodes, to: 'local' }, sent: { daddr: nodes } },
  ] as const;
  return ways.flatMap(({ icmpType, received, sent }): Crossing[] => {
    const rest = { sort: 'neighbours', ...placeIn(network), asks: { dev, protocol: 'icmpv6', key: 'type', value: icmpType } } as const;
    return [
      { hook: 'input', ...rest, packet: { ...common, icmpType, iifname: dev, ...received } },
      { hook: 'output', ...rest, packet: { ...common, icmpType, oifname: dev, ...sent } },
    ];
  });
}

/**
 * To their addresses, and to ports of its own that lead to them: those leave by lo, as rules see it, even where they have been sent on
 * (`nf_hook_state` stays as it was, seen on 6.18).
 */
function own(network: PassingNetwork, subnet: string, ports: readonly PublishedRule[], priority: number): readonly Crossing[] {
  const nodes = known(subnet);
  if (nodes === undefined) return [];
  const family: Family = nodes.bytes.length === 4 ? 4 : 6;
  const rest = { hook: 'output', sort: 'own', ...placeIn(network), asks: { to: subnet } } as const;
  const isEarly = priority < DSTNAT;
  return [
    { ...rest, packet: { family, oifname: network.bridge, daddr: nodes, state: 'new', translated: false } },
    ...publishedIn(subnet, ports, true).map(({ protocol: word, address, from, target, targetPort = from }): Crossing => {
      const protocol = word === 'udp' ? 'udp' : 'tcp';
      const where = isEarly ? address : target;
      const [dport, to] = isEarly ? ([from, 'local'] as const) : ([targetPort, 'unicast'] as const);
      const packet: Packet = { family, oifname: 'lo', protocol, dport, state: 'new', translated: !isEarly, to };
      return {
        ...rest,
        ...(isEarly ? { asks: { dev: 'lo', protocol, key: 'dport', value: from } } : {}),
        packet: where === undefined ? packet : { ...packet, daddr: wholeAddress(where) },
      };
    }),
  ];
}

const placeIn = ({ path, bridge, at }: PassingNetwork) => ({ where: `${path} (${bridge})`, ...(at === undefined ? {} : { at }) });

function known(cidr: string): KnownAddress | undefined {
  const parsed = parseCidr(cidr);
  return parsed === null ? undefined : { bytes: parsed.address.bytes, length: parsed.prefix };
}

function warning(chain: ForeignChainObservation, does: string, keeper: Keeper, missing: readonly Crossing[]): Diagnostic {
  const { sort, at } = missing[0]!;
  const { code, text } = SORTS[sort];
  const places = [...new Set(missing.map(({ where }) => where))].join(', ');
  const help = [...new Set(missing.map((one) => ruleThatHelps(chain, keeper, one)))];
  return {
    code,
    severity: 'warning',
    message: `the chain ${placeOf(chain)} ${does} ${text} ${places}`,
    ...(at === undefined ? {} : { at }),
    hint: `${helpIntro(chain)}: ${help.join('; ')}`,
  };
}

function ruleThatHelps({ hook }: ForeignChainObservation, keeper: Keeper, { asks, packet: { family } }: Crossing): string {
  const { dev, to, protocol, key, value } = asks;
  const isInput = hook === 'input';
  if (keeper.by === 'firewalld') return `firewall-cmd --zone=trusted --add-interface=${dev}`;
  if (keeper.by === 'nft') {
    const words = [
      ...(dev === undefined ? [] : [`${isInput ? 'iifname' : 'oifname'} ${dev}`]),
      ...(to === undefined ? [] : [`${family === 4 ? 'ip' : 'ip6'} daddr ${to}`]),
      ...(protocol === undefined ? [] : [`${protocol} ${key} ${value}`]),
    ];
    return `${keeper.insert} ${words.join(' ')} accept`;
  }
  // Its commands know no ICMPv6.
  if (keeper.by === 'ufw' && protocol !== 'icmpv6') {
    const side = isInput ? ' in' : ' out';
    const port = protocol === undefined ? '' : key === 'sport' ? ` from any port ${value}` : ` to any port ${value}`;
    return `ufw allow${side}${dev === undefined ? '' : ` on ${dev}`}${to === undefined ? '' : ` to ${to}`}${port}`;
  }
  const words = [
    ...(dev === undefined ? [] : [`${isInput ? '-i' : '-o'} ${dev}`]),
    ...(to === undefined ? [] : [`-d ${to}`]),
    ...(protocol === undefined ? [] : [`-p ${protocol} --${key === 'type' ? 'icmpv6-type' : key} ${value}`]),
  ];
  return `${keeper.insert} ${words.join(' ')} -j ACCEPT`;
}
