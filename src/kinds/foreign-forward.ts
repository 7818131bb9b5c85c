/**
 * A packet is forwarded if no chain of the host drops it: rules of others are not touched, and what they would drop of the
 * lab's is told, with the rules that would let it pass.
 */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { ForwardChainObservation, NftRuleText } from '../model/observation.js';

/** A network that the host forwards for. */
export interface ForwardedNetwork {
  readonly bridge: string;
  readonly families: readonly (4 | 6)[];
  readonly path: string;
  readonly at?: SourceRange;
}

export function droppedForwarding(
  networks: readonly ForwardedNetwork[],
  chains: readonly ForwardChainObservation[],
): readonly Diagnostic[] {
  return chains.flatMap((chain) => {
    if (!dropsTheRest(chain)) return [];
    const blocked = networks.filter(({ families }) => chain.family === 'inet' || families.includes(chain.family === 'ip' ? 4 : 6));
    const missing = blocked.flatMap((network) => {
      const keys = (['iifname', 'oifname'] as const).filter((key) => !isAccepted(chain, key, network.bridge));
      return keys.length === 0 ? [] : [{ network, keys }];
    });
    const [first] = missing;
    return first === undefined ? [] : [warning(chain, missing, first.network.at)];
  });
}

type Key = 'iifname' | 'oifname';
interface Missing {
  readonly network: ForwardedNetwork;
  readonly keys: readonly Key[];
}

const withoutCounter = (text: string): string =>
  text
    .replace(/ comment ".*"$/, '')
    .replace(/\bcounter ?/, '')
    .trim();
const rulesIn = ({ rules }: ForwardChainObservation, chain: string): readonly string[] =>
  (rules.get(chain) ?? []).map((rule: NftRuleText) => withoutCounter(rule.text));

/** By its policy, or by a last rule that asks nothing. */
function dropsTheRest(chain: ForwardChainObservation): boolean {
  const own = rulesIn(chain, chain.chain);
  if (own.includes('accept')) return false;
  return chain.drops || own.some((text) => text === 'drop' || text === 'reject' || text === '[target REJECT]');
}

/** Somewhere on the way through the chain stands a rule that takes all that comes from the bridge, or all that goes there. */
function isAccepted(chain: ForwardChainObservation, key: Key, bridge: string): boolean {
  const seen = new Set<string>();
  const accepts = (name: string): boolean => {
    if (seen.has(name)) return false;
    seen.add(name);
    return rulesIn(chain, name).some((text) => {
      const [, of, pattern = '', verdict = ''] = /^(?:(iifname|oifname) "(.+?)" )?(accept|jump \S+|goto \S+)$/.exec(text) ?? [];
      if (verdict === '' || (of !== undefined && (of !== key || !fits(pattern, bridge)))) return false;
      return verdict === 'accept' ? true : accepts(verdict.split(' ')[1] ?? '');
    });
  };
  return accepts(chain.chain);
}

function fits(pattern: string, bridge: string): boolean {
  return pattern.endsWith('*') ? bridge.startsWith(pattern.slice(0, -1)) : pattern === bridge;
}

function warning(chain: ForwardChainObservation, missing: readonly Missing[], at: SourceRange | undefined): Diagnostic {
  const places = missing.map(
    ({ network, keys }) => `${network.path} (${keys.map((key) => DIRECTIONS[key]).join(' and ')} ${network.bridge})`,
  );
  const why = chain.drops ? 'policy drop' : 'its last rule';
  return {
    code: 'forwarding-dropped',
    severity: 'warning',
    message: `the chain ${chain.chain} of the table ${chain.family} ${chain.table} ${chain.legacy === true ? 'of iptables-legacy ' : ''}(${why}) drops what the host forwards for ${places.join(', ')}`,
    ...(at === undefined ? {} : { at }),
    hint: `topo changes no rules of others; these let it pass: ${missing.flatMap((one) => helpOf(chain, one)).join('; ')}`,
  };
}

const DIRECTIONS = { iifname: 'from', oifname: 'to' } as const;

/** In the words of whoever looks after the chain, so that it is not gone when he writes his rules anew. */
function helpOf(chain: ForwardChainObservation, { network: { bridge }, keys }: Missing): readonly string[] {
  const { family, table, chain: name, rules, legacy } = chain;
  if (table === 'firewalld') return [`firewall-cmd --zone=trusted --add-interface=${bridge}`];
  const iptables = family !== 'inet' && table === 'filter' && name === 'FORWARD';
  if (iptables && [...rules.keys()].some((key) => /^ufw6?-/.test(key)))
    return keys.map((key) => `ufw route allow ${key === 'iifname' ? 'in' : 'out'} on ${bridge}`);
  const program = `${family === 'ip6' ? 'ip6tables' : 'iptables'}${legacy === true ? '-legacy' : ''}`;
  const target = rules.has('DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD';
  return keys.map((key) =>
    iptables
      ? `${program} -I ${target} ${key === 'iifname' ? '-i' : '-o'} ${bridge} -j ACCEPT`
      : `nft insert rule ${family} ${table} ${name} ${key} ${bridge} accept`,
  );
}
