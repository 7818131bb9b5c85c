/** Chains of others that drop what nodes ask the DNS server of a network. */
import { familyOf } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ForeignChainObservation } from '../model/observation.js';
import { HOST, type State } from '../model/state.js';
import { isAccepted, isOfFamily, keeperOf, placeOf, whyDropped } from './foreign-chain.js';
import type { ListeningPort } from './host-ports.js';

/** On the host itself: a simulated one has no rules but the lab's. */
export function droppedQuestions(
  desired: State,
  needs: (definition: unknown) => readonly ListeningPort[],
  chains: readonly ForeignChainObservation[],
): readonly Diagnostic[] {
  const dropping = chains.flatMap((chain) => {
    const why = chain.hook === 'input' ? whyDropped(chain) : null;
    return why === null ? [] : [{ chain, why }];
  });
  if (dropping.length === 0) return [];
  const servers = [...desired.resources.values()].filter(({ kind, netns }) => kind === 'process' && netns === HOST);
  const ports = servers.flatMap(({ definition }) => needs(definition));
  return dropping.flatMap(({ chain, why }) => {
    const missing = ports.filter((one) => isOfFamily(chain, familyOf(one.address ?? '')) && !isAccepted(chain, packetsTo(one)));
    return missing.length === 0 ? [] : [warning(chain, why, missing)];
  });
}

const packetsTo = ({ dev, protocol, from }: ListeningPort) =>
  ({ iifname: dev, protocol: protocol === 'udp' ? 'udp' : 'tcp', port: from }) as const;

function warning(chain: ForeignChainObservation, why: string, missing: readonly ListeningPort[]): Diagnostic {
  const networks = [...new Set(missing.map(({ path, dev }) => `${path} (${dev})`))];
  const help = [...new Set(missing.flatMap((one) => ruleThatHelps(chain, one)))];
  return {
    code: 'dns-dropped',
    severity: 'warning',
    message: `the chain ${placeOf(chain)} (${why}) drops what nodes ask the DNS server of ${networks.join(', ')}`,
    at: missing[0]!.at,
    hint: `topo changes no rules of others; these let it pass: ${help.join('; ')}`,
  };
}

function ruleThatHelps(chain: ForeignChainObservation, { dev, protocol, from }: ListeningPort): string {
  const keeper = keeperOf(chain);
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
