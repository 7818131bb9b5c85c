/** A chain of somebody else's that drops packets of the lab: where it is, why it does, and whose words would let them pass. */
import type { Family } from '../model/address.js';
import type { ForeignChainObservation } from '../model/observation.js';
import { type Fate, fateIn } from '../model/nft/fate.js';
import type { Packet } from '../model/nft/packet.js';
import { HOST } from '../model/state.js';

/** null: they pass. */
export function droppedIn(chain: ForeignChainObservation, packet: Packet): Fate | null {
  const fate = fateIn(chain, chain.chain, packet);
  return fate.verdict === 'drop' || (fate.verdict === 'policy' && chain.drops) ? fate : null;
}

/** `(policy drop) drops`, `(its last rule) drops` */
export function doesText(chain: ForeignChainObservation, fate: Fate): string {
  const why = whyText(chain, fate);
  return fate.unless === undefined ? `(${why}) drops` : `(${why}; whom the rule ${fate.unless} lets pass is not known) may drop`;
}

/** `policy drop`, `its last rule`, `the rule iifname "eth0" drop of its chain rest` */
function whyText(chain: ForeignChainObservation, { rule }: Fate): string {
  if (rule === undefined) return 'policy drop';
  const own = rule.chain === chain.chain;
  if (rule.asks) return own ? `its rule ${rule.text}` : `the rule ${rule.text} of its chain ${rule.chain}`;
  return own ? 'its last rule' : `the last rule of its chain ${rule.chain}`;
}

/** `FORWARD of the table ip filter` */
export function placeOf({ netns, family, table, chain, legacy }: ForeignChainObservation): string {
  return `${chain} of the table ${family} ${table}${legacy === true ? ' of iptables-legacy' : ''}${netns === HOST ? '' : ` in ${netns}`}`;
}

/** Where the commands that help are to be run. */
export const helpIntro = ({ netns }: ForeignChainObservation): string =>
  `topo changes no rules of others; ${netns === HOST ? 'these let it pass' : `these let it pass, by ip netns exec ${netns}`}`;

/** Whose words the rules that help are in, so that they are not gone when he writes his rules anew. */
export type Keeper =
  | { readonly by: 'firewalld' }
  /** `insert`: how the rule begins that is to be written. */
  | { readonly by: 'ufw' | 'iptables' | 'nft'; readonly insert: string };

/** `seen`: the chains that the packets have seen. A chain that is meant for rules of one's own helps where they see it. */
export function keeperOf({ family, table, chain, legacy, hook }: ForeignChainObservation, seen: ReadonlySet<string>): Keeper {
  // Its zones are about what comes in.
  if (table === 'firewalld' && hook !== 'output') return { by: 'firewalld' };
  if (family === 'inet' || family === 'bridge' || table !== 'filter' || chain !== hook.toUpperCase())
    return { by: 'nft', insert: `nft insert rule ${family} ${table} ${chain}` };
  const program = `${family === 'ip6' ? 'ip6tables' : 'iptables'}${legacy === true ? '-legacy' : ''}`;
  const by = [...seen].some((name) => /^ufw6?-user-/.test(name)) ? 'ufw' : 'iptables';
  return { by, insert: `${program} -I ${hook === 'forward' && seen.has('DOCKER-USER') ? 'DOCKER-USER' : chain}` };
}

/** Chains of inet and of bridges see both. */
export const isOfFamily = ({ family }: ForeignChainObservation, one: Family): boolean =>
  family === 'inet' || family === 'bridge' || family === (one === 4 ? 'ip' : 'ip6');
