/** The packets of a network that chains of a host get to see: what is known of each sort of them. */
import { contains, type Family, parseAddress, parseCidr } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { KnownAddress, Packet } from '../model/nft/packet.js';
import type { ForeignChainObservation, NetnsObservation } from '../model/observation.js';
import type { PublishedRule } from './published-rules.js';

/** A network with a bridge on the host. */
export interface PassingNetwork {
  readonly bridge: string;
  /** CIDRs. */
  readonly subnets: readonly string[];
  /** The host forwards for it. */
  readonly forwards: boolean;
  /** The host has addresses there. */
  readonly hosted: boolean;
  /** Its nodes speak with each other, and there are several. */
  readonly within: boolean;
  /** From elsewhere only published ports lead there. */
  readonly isolated: boolean;
  readonly path: string;
  readonly at?: SourceRange;
}

export interface Passage {
  readonly direction: 'from' | 'to' | 'within';
  readonly packet: Packet;
  /** What a rule for it asks, in the words of nft, where the network's bridge is not known yet. */
  readonly asks?: string;
}

export interface Surroundings {
  /** Of the host. */
  readonly ports: readonly PublishedRule[];
  /** Interfaces of the host that lead to others. */
  readonly elsewhere: readonly string[];
  /** Bridges hand the family's packets to the host's rules (br_netfilter). */
  readonly isHandedOn: (family: Family) => boolean;
}

/** Up, with an address, and neither the lab's own nor a bridge: nodes of others are behind those. */
export function interfacesElsewhere({ links, addresses }: NetnsObservation, lab: string): readonly string[] {
  const addressed = new Set(addresses.filter(({ scope }) => scope === 'global').map(({ dev }) => dev));
  return links
    .filter(({ name, type, alias }) => name !== 'lo' && addressed.has(name) && type !== 'bridge' && parseMark(alias)?.lab !== lab)
    .map(({ name }) => name);
}

/** Those that rules may ask for. */
export function addressesOf(networks: readonly PassingNetwork[], { ports }: Surroundings): readonly KnownAddress[] {
  const subnets = networks.flatMap(({ subnets: all }) => all.flatMap((text) => parseCidr(text) ?? []));
  return [
    ...subnets.map(({ address: { bytes }, prefix }) => ({ bytes, length: prefix })),
    ...ports.flatMap(({ address }) => (address === undefined ? [] : wholeAddress(address))),
  ];
}

export function passagesAt(chain: ForeignChainObservation, network: PassingNetwork, around: Surroundings): readonly Passage[] {
  return network.subnets.flatMap((text) => {
    const subnet = parseCidr(text);
    if (subnet === null) return [];
    const { family } = subnet;
    if (chain.family !== 'bridge' && chain.family !== 'inet' && chain.family !== (family === 4 ? 'ip' : 'ip6')) return [];
    const known: KnownAddress = { bytes: subnet.address.bytes, length: subnet.prefix };
    const all =
      chain.family === 'bridge'
        ? frames(network, family, known)
        : [
            ...(network.forwards ? forwarded(network, family, known, text, around) : []),
            ...(network.forwards && chain.hook === 'prerouting' ? arriving(chain, family, known, text, around) : []),
            ...(network.within && around.isHandedOn(family) ? within(network, family, known) : []),
          ];
    return all
      .filter(
        ({ direction, asks }) =>
          asks !== undefined || SEEN[chain.family === 'bridge' ? 'bridge' : 'routed'][chain.hook].includes(direction),
      )
      .map((one) => at(chain, one));
  });
}

/**
 * What comes for nodes has not been sent on to them yet at `prerouting`. A bridge has its own hooks: `input` and `output` are between
 * its ports and the host.
 */
const SEEN: {
  readonly [layer in 'routed' | 'bridge']: { readonly [hook in ForeignChainObservation['hook']]: readonly Passage['direction'][] };
} = {
  routed: {
    prerouting: ['from', 'within'],
    input: [],
    forward: ['from', 'to', 'within'],
    output: [],
    postrouting: ['from', 'to', 'within'],
  },
  bridge: { prerouting: ['from', 'within'], input: ['from'], forward: ['within'], output: ['to'], postrouting: ['to', 'within'] },
};

/** As it is known there: where it leaves is not decided at `prerouting`, and at `postrouting` it may have the host's address. */
function at({ hook, family, priority }: ForeignChainObservation, one: Passage): Passage {
  const { direction, packet } = one;
  if (family === 'bridge') return one;
  const { oifname: _o, ...coming } = packet;
  if (hook === 'prerouting') return { ...one, packet: priority < CONNTRACK ? { ...coming, state: 'invalid' } : coming };
  const { saddr: _s, ...leaving } = packet;
  return { direction, packet: hook === 'postrouting' && direction === 'from' ? leaving : packet };
}

/** Both ways of connections that nodes begin, and of those that come to published ports, or to all where the network is open. */
function forwarded(
  { bridge, isolated }: PassingNetwork,
  family: Family,
  nodes: KnownAddress,
  subnet: string,
  { ports, elsewhere }: Surroundings,
): readonly Passage[] {
  const published = publishedIn(subnet, ports);
  return (elsewhere.length === 0 ? [undefined] : elsewhere).flatMap((other): Passage[] => {
    const others = { ...nodes, not: true } as const;
    const out = { family, iifname: bridge, ...(other === undefined ? {} : { oifname: other }), saddr: nodes, daddr: others };
    const into = { family, oifname: bridge, ...(other === undefined ? {} : { iifname: other }), saddr: others, daddr: nodes };
    return [
      { direction: 'from', packet: { ...out, state: 'new', translated: false } },
      { direction: 'to', packet: { ...into, state: 'established', translated: false } },
      ...published.flatMap((one) => publishedWays(one, into, out)),
      ...(isolated ? [] : ([{ direction: 'to', packet: { ...into, state: 'new', translated: false } }] as const)),
    ];
  });
}

/** NF_IP_PRI_CONNTRACK and NF_IP_PRI_NAT_DST */
export const [CONNTRACK, DSTNAT] = [-200, -100];

/** What comes from elsewhere to published ports, before and after it is sent on to nodes, and the answers to what nodes ask. */
function arriving(
  { priority }: ForeignChainObservation,
  family: Family,
  nodes: KnownAddress,
  subnet: string,
  { ports, elsewhere }: Surroundings,
): readonly Passage[] {
  return elsewhere.flatMap((iifname): Passage[] => {
    const answer = { family, iifname, saddr: { ...nodes, not: true }, state: 'established', translated: false } as const;
    const known = priority < CONNTRACK ? '' : ' ct state established,related';
    return [
      { direction: 'to', packet: answer, asks: `iifname ${iifname}${known}` },
      ...publishedIn(subnet, ports).map((one) => atPort(one, family, iifname, priority < DSTNAT)),
    ];
  });
}

function atPort(
  { protocol: word, address, from, target, targetPort = from }: PublishedRule,
  family: Family,
  iifname: string,
  isEarly: boolean,
): Passage {
  const protocol = word === 'udp' ? 'udp' : 'tcp';
  const where = isEarly ? address : target;
  const dport = isEarly ? from : targetPort;
  const plain = { family, iifname, protocol, dport, state: 'new', translated: !isEarly, to: isEarly ? 'local' : 'unicast' } as const;
  const asks = `iifname ${iifname} ${protocol} dport ${dport}`;
  return { direction: 'to', packet: where === undefined ? plain : { ...plain, daddr: wholeAddress(where) }, asks };
}

/** By which others come: ports of the loopback address are the host's own. */
export const publishedIn = (subnet: string, ports: readonly PublishedRule[], isHost = false): readonly PublishedRule[] =>
  ports.filter(({ target, address = '' }) => (isHost || !address.startsWith('127.')) && contains(subnet, parseAddress(target)!));

export function wholeAddress(text: string): KnownAddress {
  const { bytes } = parseAddress(text)!;
  return { bytes, length: bytes.length * 8 };
}

type Side = Omit<Packet, 'state'>;

function publishedWays({ protocol, from, target, targetPort = from }: PublishedRule, into: Side, out: Side): readonly Passage[] {
  const node = wholeAddress(target);
  const known = { protocol: protocol === 'udp' ? 'udp' : 'tcp', translated: true } as const;
  return [
    { direction: 'to', packet: { ...into, ...known, daddr: node, dport: targetPort, state: 'new' } },
    { direction: 'from', packet: { ...out, ...known, saddr: node, sport: targetPort, state: 'established' } },
  ];
}

function within({ bridge }: PassingNetwork, family: Family, nodes: KnownAddress): readonly Passage[] {
  return (['new', 'established'] as const).map((state) => ({
    direction: 'within',
    packet: { family, iifname: bridge, oifname: bridge, saddr: nodes, daddr: nodes, state, translated: false, bridged: true },
  }));
}

/** Ports of the bridge have names that nobody writes down; the bridge's own is asked for by `ibrname` and `obrname`. */
function frames({ bridge, forwards, within: speak }: PassingNetwork, family: Family, nodes: KnownAddress): readonly Passage[] {
  const frame = { family, state: 'new', layer: 'bridge' } as const;
  const arp = family === 4 ? ([false, true] as const) : ([false] as const);
  return arp.flatMap((isArp): Passage[] => {
    const one = { ...frame, ...(isArp ? { arp: true } : {}) };
    return [
      ...(forwards ? ([{ direction: 'from', packet: { ...one, ibrname: bridge, saddr: nodes } }] as const) : []),
      ...(forwards ? ([{ direction: 'to', packet: { ...one, obrname: bridge, daddr: nodes } }] as const) : []),
      ...(speak
        ? ([{ direction: 'within', packet: { ...one, ibrname: bridge, obrname: bridge, saddr: nodes, daddr: nodes } }] as const)
        : []),
    ];
  });
}
