/** What an nftables rule means before it is written as text or encoded: normal form, and what the parts imply for each other. */
import { bitsOf, cidrOf, type Family, networkOf, parseAddress, parseCidr } from './address.js';
import type { NftMatch, NftRule, NftVerdict } from './operation.js';

export interface Prefix {
  readonly family: Family;
  /** Of the network: bits right of the prefix are zero. */
  readonly bytes: readonly number[];
  readonly length: number;
  /** Without a length where that is the whole address. */
  readonly text: string;
}

/** Of a plain address or a CIDR. */
export function canonicalPrefix(text: string): Prefix {
  const address = parseAddress(text);
  const cidr = address === null ? parseCidr(text) : cidrOf(address, bitsOf(address.family));
  if (cidr === null) throw new RangeError(`neither an address nor a CIDR: ${text}`);
  const network = networkOf(cidr);
  const whole = network.prefix === bitsOf(network.family);
  return {
    family: network.family,
    bytes: network.address.bytes,
    length: network.prefix,
    text: whole ? network.address.text : network.text,
  };
}

interface Known {
  family: Family | null;
  protocol: 'tcp' | 'udp' | null;
}

/**
 * The matches that the rule needs. A match of the family is left out where an address or another one implies it, as `nft`
 * does when it lists rules, and added where only the verdict asks for it. Throws if the rule contradicts itself: `nft` would refuse it.
 */
export function effectiveMatches(rule: NftRule): readonly NftMatch[] {
  const known: Known = { family: null, protocol: null };
  const kept: NftMatch[] = [];
  const hasAddress = rule.verdict.verdict === 'vmap-saddr' || rule.matches.some(({ match }) => match === 'saddr' || match === 'daddr');
  rule.matches.forEach((match) => {
    const family = familyOfMatch(match);
    const implied = match.match === 'nfproto' && (hasAddress || known.family === family);
    learn(known, match, family);
    if (!implied) kept.push(match);
  });
  return addForVerdict(kept, rule.verdict, known);
}

function familyOfMatch(match: NftMatch): Family | null {
  if (match.match === 'nfproto') return match.family;
  return match.match === 'saddr' || match.match === 'daddr' ? canonicalPrefix(match.prefix).family : null;
}

function learn(known: Known, match: NftMatch, family: Family | null): void {
  if (family !== null) {
    if (known.family !== null && known.family !== family) throw new RangeError('an nftables rule matches IPv4 and IPv6 at once');
    known.family = family;
  }
  if (match.match === 'dport') {
    if (known.protocol !== null && known.protocol !== match.protocol) throw new RangeError('an nftables rule matches TCP and UDP at once');
    if (match.from > match.to) throw new RangeError(`not a range of ports: ${match.from}-${match.to}`);
    known.protocol = match.protocol;
  }
}

function addForVerdict(matches: NftMatch[], verdict: NftVerdict, known: Known): readonly NftMatch[] {
  if (verdict.verdict === 'masquerade') {
    checkFamily(verdict.family, known);
    if (known.family === null) return [...matches, { match: 'nfproto', family: verdict.family }];
  } else if (verdict.verdict === 'vmap-saddr') {
    checkFamily(verdict.family, known);
  } else if (verdict.verdict === 'snat' || verdict.verdict === 'dnat') {
    checkFamily(canonicalPrefix(verdict.address).family, known);
    if (verdict.verdict === 'dnat' && verdict.port !== undefined && known.protocol === null) {
      throw new RangeError(`dnat to port ${verdict.port} without a match of the protocol`);
    }
  }
  return matches;
}

function checkFamily(family: Family, known: Known): void {
  if (known.family !== null && known.family !== family) throw new RangeError(`a rule for IPv${known.family} translates to IPv${family}`);
}
