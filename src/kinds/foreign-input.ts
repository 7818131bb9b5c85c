/** Chains of others that drop what nodes ask the DNS server of a network. */
import { familyOf, parseAddress } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ForeignChainObservation } from '../model/observation.js';
import type { Fate } from '../model/nft/fate.js';
import type { Packet } from '../model/nft/packet.js';
import type { State } from '../model/state.js';
import { droppedIn, helpIntro, isOfFamily, type Keeper, keeperOf, placeOf, whyText } from './foreign-chain.js';
import type { ListeningPort } from './host-ports.js';

export function droppedQuestions(
  desired: State,
  needs: (definition: unknown) => readonly ListeningPort[],
  chains: readonly ForeignChainObservation[],
): readonly Diagnostic[] {
  const input = chains.filter(({ hook, family }) => hook === 'input' && family !== 'bridge');
  if (input.length === 0) return [];
  const servers = [...desired.resources.values()].filter(({ kind }) => kind === 'process');
  return input.flatMap((chain) => {
    const ports = servers.filter(({ netns }) => netns === chain.netns).flatMap(({ definition }) => needs(definition));
    const missing = new Map<string, { readonly fate: Fate; readonly ports: ListeningPort[] }>();
    for (const one of ports) {
      const fate = isOfFamily(chain, familyOf(one.address ?? '')) ? droppedIn(chain, questionTo(one)) : null;
      if (fate === null) continue;
      const why = whyText(chain, fate);
      const known = missing.get(why);
      if (known === undefined) missing.set(why, { fate, ports: [one] });
      else known.ports.push(one);
    }
    return [...missing].map(([why, { fate, ports: all }]) => warning(chain, why, keeperOf(chain, fate.seen), all));
  });
}

function questionTo({ dev, protocol, from, address = '' }: ListeningPort): Packet {
  const parsed = parseAddress(address);
  return {
    family: familyOf(address),
    iifname: dev,
    ...(parsed === null ? {} : { daddr: { bytes: parsed.bytes, length: 8 * parsed.bytes.length } }),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    dport: from,
    state: 'new',
    translated: false,
    local: true,
  };
}

function warning(chain: ForeignChainObservation, why: string, keeper: Keeper, missing: readonly ListeningPort[]): Diagnostic {
  const networks = [...new Set(missing.map(({ path, dev }) => `${path} (${dev})`))];
  const help = [...new Set(missing.flatMap((one) => ruleThatHelps(keeper, one)))];
  return {
    code: 'dns-dropped',
    severity: 'warning',
    message: `the chain ${placeOf(chain)} (${why}) drops what nodes ask the DNS server of ${networks.join(', ')}`,
    at: missing[0]!.at,
    hint: `${helpIntro(chain)}: ${help.join('; ')}`,
  };
}

function ruleThatHelps(keeper: Keeper, { dev, protocol, from }: ListeningPort): string {
  switch (keeper.by) {
    case 'firewalld':
      return `firewall-cmd --zone=trusted --add-interface=${dev}`;
    case 'ufw':
      return `ufw allow in on ${dev} to any port ${from}`;
    case 'iptables':
      return `${keeper.insert} -i ${dev} -p ${protocol} --dport ${from} -j ACCEPT`;
    case 'nft':
      return `${keeper.insert} iifname ${dev} ${protocol} dport ${from} accept`;
  }
}
