/**
 * A packet passes if no chain of the host drops it: rules of others are not touched, and what they would drop of what the host
 * forwards, or of what passes within a network, is told, with the rules that would let it pass.
 */
import { parseCidr } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ForeignChainObservation } from '../model/observation.js';
import { relevantIn } from '../model/nft/relevant.js';
import { doesText, droppedIn, helpIntro, type Keeper, keeperOf, placeOf } from './foreign-chain.js';
import { addressesOf, type Passage, passagesAt, type PassingNetwork, type Surroundings } from './foreign-packets.js';

export interface Passing extends Surroundings {
  readonly networks: readonly PassingNetwork[];
  /** Of the host. */
  readonly chains: readonly ForeignChainObservation[];
}

export function dropped({ networks, chains, ...around }: Passing): readonly Diagnostic[] {
  const addresses = addressesOf(networks, around);
  const interfaces = [...networks.map(({ bridge }) => bridge), ...around.elsewhere];
  return chains.flatMap((whole) => {
    const chain = { ...whole, ...relevantIn(whole, addresses, interfaces) };
    const causes = causesIn(chain, networks, around);
    return [...causes].flatMap(([does, { seen, missing }]) => {
      const keeper = keeperOf(chain, seen);
      const forwarded = missing.filter(({ keys }) => keys.length > 0);
      // With a rule for either direction what stays within passes too.
      const inside = missing.filter(({ keys }) => keys.length === 0);
      return [
        ...(forwarded.length === 0 ? [] : [notForwarded({ chain, does, keeper }, forwarded)]),
        ...(inside.length === 0 ? [] : [notWithin({ chain, does, keeper }, inside)]),
      ];
    });
  });
}

interface Cause {
  readonly chain: ForeignChainObservation;
  readonly does: string;
  readonly keeper: Keeper;
}

type Key = 'iifname' | 'oifname';
interface Missing {
  readonly network: PassingNetwork;
  /** Directions in which the host forwards, and that are dropped. */
  readonly keys: readonly Key[];
  readonly within: boolean;
  /** What rules have to ask that let in what is not known to be for the network yet. */
  readonly asks: readonly string[];
}

type Causes = ReadonlyMap<string, { readonly seen: ReadonlySet<string>; readonly missing: readonly Missing[] }>;

/** Each network once for each reason. */
function causesIn(chain: ForeignChainObservation, networks: readonly PassingNetwork[], around: Surroundings): Causes {
  const causes = new Map<string, { readonly seen: Set<string>; readonly missing: Missing[] }>();
  for (const network of networks) {
    const found = new Map<string, Passage[]>();
    for (const passage of passagesAt(chain, network, around)) {
      const fate = droppedIn(chain, passage.packet);
      if (fate === null) continue;
      const does = doesText(chain, fate);
      found.set(does, [...(found.get(does) ?? []), passage]);
      const cause = causes.get(does) ?? { seen: new Set<string>(), missing: [] };
      for (const name of fate.seen) cause.seen.add(name);
      causes.set(does, cause);
    }
    for (const [does, passages] of found) {
      const directions = new Set(passages.map(({ direction }) => direction));
      causes.get(does)!.missing.push({
        network,
        keys: KEYS.filter((key) => directions.has(DIRECTIONS[key])),
        within: directions.has('within'),
        asks: passages.flatMap(({ asks }) => asks ?? []),
      });
    }
  }
  return causes;
}

const KEYS = ['iifname', 'oifname'] as const;
const DIRECTIONS = { iifname: 'from', oifname: 'to' } as const;

function notForwarded(cause: Cause, missing: readonly Missing[]): Diagnostic {
  const places = missing.map(({ network, keys, within }) => {
    const directions = keys.map((key) => DIRECTIONS[key]).join(' and ');
    return `${network.path} (${directions}${within ? ', and within,' : ''} ${network.bridge})`;
  });
  const isOneStep = cause.keeper.by === 'firewalld';
  const help = missing.flatMap(({ network, keys, asks }) => [
    ...(isOneStep ? [keys] : keys.map((key) => [key])).flatMap((some) =>
      asks.length > 0 && some.includes('oifname') ? [] : rulesThatHelp(cause, network, some),
    ),
    ...asks.map((one) => (cause.keeper.by === 'nft' ? `${cause.keeper.insert} ${one} accept` : one)),
  ]);
  const into = missing.some(({ keys }) => keys.includes('oifname')) && isOneStep ? INTO_TRUSTED : [];
  const what = cause.chain.family === 'bridge' ? 'frames' : 'what the host forwards';
  return warning(cause, `${what} for ${places.join(', ')}`, [...into, ...help], missing);
}

function notWithin(cause: Cause, missing: readonly Missing[]): Diagnostic {
  const { family } = cause.chain;
  const places = missing.map(({ network: { path, bridge } }) => `${path} (${bridge})`).join(', ');
  const setting = `net.bridge.bridge-nf-call-${family === 'ip6' ? 'ip6' : 'ip'}tables`;
  const how = family === 'bridge' ? '' : `, for bridges hand it to the host’s rules (${setting} is 1)`;
  const help = missing.flatMap(({ network }) => rulesThatHelp(cause, network, cause.chain.hook === 'prerouting' ? ['iifname'] : KEYS));
  return warning(cause, `what passes within ${places}${how}`, help, missing);
}

function warning({ chain, does }: Cause, what: string, help: readonly string[], [first]: readonly Missing[]): Diagnostic {
  return {
    code: 'forwarding-dropped',
    severity: 'warning',
    message: `the chain ${placeOf(chain)} ${does} ${what}`,
    ...(first?.network.at === undefined ? {} : { at: first.network.at }),
    hint: `${helpIntro(chain)}: ${[...new Set(help)].join('; ')}`,
  };
}

/** The zone lets out all that comes from it; what comes from other zones is for a policy. A reload forgets interfaces that came by command. */
const INTO_TRUSTED = [
  'firewall-cmd --permanent --new-policy=topo',
  'firewall-cmd --permanent --policy=topo --set-target=ACCEPT',
  'firewall-cmd --permanent --policy=topo --add-ingress-zone=ANY',
  'firewall-cmd --permanent --policy=topo --add-egress-zone=trusted',
  'firewall-cmd --reload',
];

function rulesThatHelp({ chain, keeper }: Cause, network: PassingNetwork, keys: readonly Key[]): readonly string[] {
  const { bridge } = network;
  switch (keeper.by) {
    case 'firewalld':
      return [`firewall-cmd --zone=trusted --add-interface=${bridge}`];
    case 'ufw':
      return [`ufw route allow ${keys.map((key) => `${key === 'iifname' ? 'in' : 'out'} on ${bridge}`).join(' ')}`];
    case 'iptables':
      return [`${keeper.insert} ${keys.map((key) => `${key === 'iifname' ? '-i' : '-o'} ${bridge}`).join(' ')} -j ACCEPT`];
    case 'nft':
      if (chain.family === 'bridge') return network.subnets.flatMap((subnet) => frameRules(keeper.insert, subnet, keys));
      return [`${keeper.insert} ${keys.map((key) => `${key} ${bridge}`).join(' ')} accept`];
  }
}

/** By addresses: not every kernel knows `ibrname`. With them goes what asks where an address is. */
function frameRules(insert: string, subnet: string, keys: readonly Key[]): readonly string[] {
  const side = keys.includes('iifname') ? 'saddr' : 'daddr';
  return parseCidr(subnet)?.family === 6
    ? [`${insert} ip6 ${side} ${subnet} accept`, `${insert} ether type ip6 icmpv6 type 135-136 accept`]
    : [`${insert} ip ${side} ${subnet} accept`, `${insert} ether type arp accept`];
}
