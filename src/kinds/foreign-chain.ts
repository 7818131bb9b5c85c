/** What a chain of somebody else's does with packets, as far as its rules are plain. */
import type { ForeignChainObservation } from '../model/observation.js';

/** What all of the packets in question have in common. */
export interface Packets {
  readonly iifname?: string;
  readonly oifname?: string;
  readonly protocol?: 'tcp' | 'udp';
  readonly port?: number;
  /** They have come in by published ports. */
  readonly translated?: boolean;
}

/** Sets are not read. */
const CLAUSE =
  /^(?:(?<key>iifname|oifname) "(?<pattern>.+?)"|meta l4proto (?<l4proto>tcp|udp)|(?<protocol>tcp|udp) dport (?<from>\d+)(?:-(?<to>\d+))?|(?<status>ct status dnat)) /;
const VERDICT = /^(?:accept|drop|reject|return|\[target REJECT\]|(?:jump|goto) \S+)$/;

function withoutCounter(text: string): string {
  return text
    .replace(/ comment ".*"$/, '')
    .replace(/\bcounter ?/, '')
    .trim();
}

const rulesIn = ({ rules }: ForeignChainObservation, chain: string): readonly string[] =>
  (rules.get(chain) ?? []).map((rule) => withoutCounter(rule.text));

/** By its policy, by a rule that asks nothing, or by one in a chain that all are sent to: why; null where it does not. */
export function whyDropped(chain: ForeignChainObservation): string | null {
  const end = endOf(chain, chain.chain, new Set());
  if (end === null) return chain.drops ? 'policy drop' : null;
  if (end.verdict === 'accept') return null;
  if (chain.drops) return 'policy drop';
  return end.chain === chain.chain ? 'its last rule' : `the last rule of its chain ${end.chain}`;
}

interface End {
  readonly chain: string;
  readonly verdict: 'accept' | 'drop';
}

/** What becomes of packets that no rule asks for; null: they come out at the end. */
function endOf(chain: ForeignChainObservation, name: string, seen: Set<string>): End | null {
  if (seen.has(name)) return null;
  seen.add(name);
  for (const text of rulesIn(chain, name)) {
    if (text === 'accept') return { chain: name, verdict: 'accept' };
    if (text === 'drop' || text === 'reject' || text === '[target REJECT]') return { chain: name, verdict: 'drop' };
    // Some may come back from a chain that they are sent to.
    if (text === 'return' || (name !== chain.chain && text.endsWith(' return'))) return null;
    const [, word, target = ''] = /^(jump|goto) (\S+)$/.exec(text) ?? [];
    const end = word === undefined ? null : endOf(chain, target, seen);
    if (end !== null || word === 'goto') return end;
  }
  return null;
}

/** Somewhere on the way through the chain stands a rule that takes all of them. */
export function isAccepted(chain: ForeignChainObservation, packets: Packets): boolean {
  const seen = new Set<string>();
  const accepts = (name: string): boolean => {
    if (seen.has(name)) return false;
    seen.add(name);
    return rulesIn(chain, name).some((text) => {
      const verdict = verdictFor(text, packets);
      return verdict === 'accept' || (/^(?:jump|goto) /.test(verdict) && accepts(verdict.slice(5)));
    });
  };
  return accepts(chain.chain);
}

/** '' of a rule that does not take all of them, or that asks for more than is understood here. */
function verdictFor(text: string, packets: Packets): string {
  let rest = text;
  for (let clause = CLAUSE.exec(rest); clause !== null; clause = CLAUSE.exec(rest)) {
    if (!takes(clause.groups!, packets)) return '';
    rest = rest.slice(clause[0].length);
  }
  return VERDICT.test(rest) ? rest : '';
}

function takes(clause: Readonly<Record<string, string | undefined>>, packets: Packets): boolean {
  const { key, pattern = '', l4proto, protocol, from, to = from, status } = clause;
  if (status !== undefined) return packets.translated === true;
  if (key !== undefined) return fits(pattern, packets[key as 'iifname' | 'oifname']);
  if (l4proto !== undefined) return l4proto === packets.protocol;
  const { port } = packets;
  return protocol === packets.protocol && port !== undefined && port >= Number(from) && port <= Number(to);
}

function fits(pattern: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** `FORWARD of the table ip filter` */
export function placeOf({ family, table, chain, legacy }: ForeignChainObservation): string {
  return `${chain} of the table ${family} ${table}${legacy === true ? ' of iptables-legacy' : ''}`;
}

/** Whose words the rules that help are in, so that they are not gone when he writes his rules anew. */
export type Keeper =
  | { readonly by: 'firewalld' | 'ufw' }
  | { readonly by: 'iptables'; readonly insert: string }
  | { readonly by: 'nft'; readonly insert: string };

export function keeperOf({ family, table, chain, rules, legacy, hook }: ForeignChainObservation): Keeper {
  if (table === 'firewalld') return { by: 'firewalld' };
  if (family === 'inet' || table !== 'filter' || chain !== hook.toUpperCase())
    return { by: 'nft', insert: `nft insert rule ${family} ${table} ${chain}` };
  if ([...rules.keys()].some((key) => /^ufw6?-/.test(key))) return { by: 'ufw' };
  const program = `${family === 'ip6' ? 'ip6tables' : 'iptables'}${legacy === true ? '-legacy' : ''}`;
  return { by: 'iptables', insert: `${program} -I ${hook === 'forward' && rules.has('DOCKER-USER') ? 'DOCKER-USER' : chain}` };
}

/** An inet chain sees both. */
export const isOfFamily = ({ family }: ForeignChainObservation, one: 4 | 6): boolean =>
  family === 'inet' || family === (one === 4 ? 'ip' : 'ip6');
