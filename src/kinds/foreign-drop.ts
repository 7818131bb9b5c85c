/**
 * A packet passes if no chain of the host drops it: rules of others are not touched, and what they would drop of what the host
 * forwards, or of what passes within a network, is told, with the rules that would let it pass.
 */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { ForeignChainObservation } from '../model/observation.js';
import { isAccepted, keeperOf, placeOf, isOfFamily, whyDropped } from './foreign-chain.js';

/** A network with a bridge on the host. */
export interface BridgedNetwork {
  readonly bridge: string;
  /** Families that the host forwards for it. */
  readonly forwards: readonly (4 | 6)[];
  /** Families that its nodes speak with each other, if there are several. */
  readonly within: readonly (4 | 6)[];
  /** From elsewhere only published ports lead there. */
  readonly isolated: boolean;
  readonly path: string;
  readonly at?: SourceRange;
}

/** `isHandedOn`: whether bridges hand the family's packets to the host's rules (br_netfilter). */
export function droppedForwarding(
  networks: readonly BridgedNetwork[],
  chains: readonly ForeignChainObservation[],
  isHandedOn: (family: 4 | 6) => boolean,
): readonly Diagnostic[] {
  return chains.flatMap((chain) => {
    const why = whyDropped(chain);
    if (why === null || chain.hook !== 'forward') return [];
    const missing = networks.map((network) => missingIn(chain, network, isHandedOn));
    const forwarded = missing.filter(({ keys }) => keys.length > 0);
    // With a rule for either direction what stays within passes too.
    const inside = missing.filter(({ keys, within }) => keys.length === 0 && within);
    return [
      ...(forwarded.length === 0 ? [] : [notForwarded(chain, why, forwarded)]),
      ...(inside.length === 0 ? [] : [notWithin(chain, why, inside)]),
    ];
  });
}

type Key = 'iifname' | 'oifname';
interface Missing {
  readonly network: BridgedNetwork;
  /** Directions in which the host forwards, and that have no rule. */
  readonly keys: readonly Key[];
  readonly within: boolean;
}

function missingIn(chain: ForeignChainObservation, network: BridgedNetwork, isHandedOn: (family: 4 | 6) => boolean): Missing {
  const { bridge, forwards, within, isolated } = network;
  // firewalld takes answers, and what was published, wherever it goes.
  const translated = isolated && chain.table === 'firewalld';
  const packets = { iifname: { iifname: bridge }, oifname: { oifname: bridge, translated } };
  const keys = forwards.some((family) => isOfFamily(chain, family)) ? KEYS.filter((key) => !isAccepted(chain, packets[key])) : [];
  const handedOn = within.some((family) => isOfFamily(chain, family) && isHandedOn(family));
  return { network, keys, within: handedOn && !isAccepted(chain, { iifname: bridge, oifname: bridge }) };
}

const KEYS = ['iifname', 'oifname'] as const;
const DIRECTIONS = { iifname: 'from', oifname: 'to' } as const;

function notForwarded(chain: ForeignChainObservation, why: string, missing: readonly Missing[]): Diagnostic {
  const places = missing.map(({ network, keys, within }) => {
    const directions = keys.map((key) => DIRECTIONS[key]).join(' and ');
    return `${network.path} (${directions}${within ? ', and within,' : ''} ${network.bridge})`;
  });
  const help = missing.flatMap(({ network, keys }) =>
    (isOneStep(chain) ? [keys] : keys.map((key) => [key])).flatMap((some) => rulesThatHelp(chain, network.bridge, some)),
  );
  const into = missing.some(({ keys }) => keys.includes('oifname')) && isOneStep(chain) ? INTO_TRUSTED : [];
  return warning(
    chain,
    why,
    `what the host forwards for ${places.join(', ')}`,
    `these let it pass: ${[...into, ...help].join('; ')}`,
    missing,
  );
}

function notWithin(chain: ForeignChainObservation, why: string, missing: readonly Missing[]): Diagnostic {
  const places = missing.map(({ network: { path, bridge } }) => `${path} (${bridge})`);
  const setting = `net.bridge.bridge-nf-call-${chain.family === 'ip6' ? 'ip6' : 'ip'}tables`;
  const help = missing.flatMap(({ network }) => rulesThatHelp(chain, network.bridge, KEYS));
  return warning(
    chain,
    why,
    `what passes within ${places.join(', ')}, for bridges hand it to the host’s rules (${setting} is 1)`,
    `these let it pass: ${help.join('; ')}`,
    missing,
  );
}

function warning(chain: ForeignChainObservation, why: string, what: string, help: string, [first]: readonly Missing[]): Diagnostic {
  return {
    code: 'forwarding-dropped',
    severity: 'warning',
    message: `the chain ${placeOf(chain)} (${why}) drops ${what}`,
    ...(first?.network.at === undefined ? {} : { at: first.network.at }),
    hint: `topo changes no rules of others; ${help}`,
  };
}

const isOneStep = (chain: ForeignChainObservation): boolean => keeperOf(chain).by === 'firewalld';

/** The zone lets out all that comes from it; what comes from other zones is for a policy. A reload forgets interfaces that came by command. */
const INTO_TRUSTED = [
  'firewall-cmd --permanent --new-policy=topo',
  'firewall-cmd --permanent --policy=topo --set-target=ACCEPT',
  'firewall-cmd --permanent --policy=topo --add-ingress-zone=ANY',
  'firewall-cmd --permanent --policy=topo --add-egress-zone=trusted',
  'firewall-cmd --reload',
];

function rulesThatHelp(chain: ForeignChainObservation, bridge: string, keys: readonly Key[]): readonly string[] {
  const keeper = keeperOf(chain);
  switch (keeper.by) {
    case 'firewalld':
      return [`firewall-cmd --zone=trusted --add-interface=${bridge}`];
    case 'ufw':
      return [`ufw route allow ${keys.map((key) => `${key === 'iifname' ? 'in' : 'out'} on ${bridge}`).join(' ')}`];
    case 'iptables':
      return [`${keeper.insert} ${keys.map((key) => `${key === 'iifname' ? '-i' : '-o'} ${bridge}`).join(' ')} -j ACCEPT`];
    case 'nft':
      return [`${keeper.insert} ${keys.map((key) => `${key} ${bridge}`).join(' ')} accept`];
  }
}
