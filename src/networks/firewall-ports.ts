/** Published ports: connections to the host's addresses are sent on to nodes. */
import type { NftChain, NftMatch, NftRule } from '../model/operation.js';
import { from, rule, to } from './firewall-rule.js';
import type { Publication } from './publications.js';

const CHAIN = 'published';
const DSTNAT = -100;

export function publishing(publications: readonly Publication[]): readonly NftChain[] {
  if (publications.length === 0) return [];
  const toHost = rule('networks', [{ match: 'fib-local', side: 'daddr' }], { verdict: 'jump', chain: CHAIN });
  return [
    { name: 'prerouting', hook: { type: 'nat', hook: 'prerouting', priority: DSTNAT }, rules: [toHost] },
    { name: 'output', hook: { type: 'nat', hook: 'output', priority: DSTNAT }, rules: [toHost] },
    { name: CHAIN, rules: [...except6(publications), ...publications.flatMap(portRules)] },
  ];
}

/**
 * There is no route_localnet for IPv6: a connection to ::1 sent on would hang; so it is refused, and callers try 127.0.0.1.
 * One from a link-local address would hang too: what a node answers is not forwarded there.
 */
function except6(publications: readonly Publication[]): readonly NftRule[] {
  if (!publications.some(({ family }) => family === 6)) return [];
  return [to('::1'), to(LINK_LOCAL), from(LINK_LOCAL)].map((match) => rule('networks', [match], { verdict: 'return' }));
}

const LINK_LOCAL = 'fe80::/10';

/** A run of ports is one rule where the numbers stay the same, otherwise one for each port. */
function portRules({ port: { hostPort, nodePort, count, protocol }, hostAddress, address, path }: Publication): readonly NftRule[] {
  const onHost: readonly NftMatch[] = hostAddress === undefined ? [] : [to(hostAddress)];
  const between = (first: number, last: number): readonly NftMatch[] => [...onHost, { match: 'dport', protocol, from: first, to: last }];
  if (hostPort === nodePort) return [rule(path, between(hostPort, hostPort + count - 1), { verdict: 'dnat', address })];
  return Array.from({ length: count }, (_, i) =>
    rule(path, between(hostPort + i, hostPort + i), { verdict: 'dnat', address, port: nodePort + i }),
  );
}
