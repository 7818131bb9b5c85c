import type { NftMatch, NftRule, NftVerdict } from '../model/operation.js';

/** What the rules take: an nftables comment has at most 127 bytes. */
const COMMENT_BYTES = 120;

/** A rule whose comment says which words of the file it comes from. */
export function rule(path: string, matches: readonly NftMatch[], verdict: NftVerdict): NftRule {
  return { matches, verdict, comment: path.slice(0, COMMENT_BYTES) };
}

export const leaves = (bridge: string): NftMatch => ({ match: 'iifname', negate: false, name: bridge });
export const staysOutOf = (bridge: string): NftMatch => ({ match: 'oifname', negate: true, name: bridge });
export const comesFromElsewhere = (bridge: string): NftMatch => ({ match: 'iifname', negate: true, name: bridge });
export const from = (prefix: string): NftMatch => ({ match: 'saddr', negate: false, prefix });
export const notFrom = (prefix: string): NftMatch => ({ match: 'saddr', negate: true, prefix });
export const to = (prefix: string): NftMatch => ({ match: 'daddr', negate: false, prefix });
export const notTo = (prefix: string): NftMatch => ({ match: 'daddr', negate: true, prefix });
export const wasPublished: NftMatch = { match: 'ct-status-dnat' };
