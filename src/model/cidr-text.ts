/** Questions about addresses in their canonical text, as resources and observations hold them. */
import { lastOf, overlaps, parseCidr, type Family } from './address.js';

/** Of an address or a CIDR: only IPv6 has colons. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 6 : 4;
}

/** Whether two CIDRs share an address. */
export function cidrsOverlap(a: string, b: string): boolean {
  const [first, second] = [parseCidr(a), parseCidr(b)];
  return first !== null && second !== null && first.address.family === second.address.family && overlaps(first, second);
}

/** The last address of an IPv4 subnet; '' where there is none (/31, /32, RFC 3021). */
export function broadcastOf(text: string): string {
  const cidr = parseCidr(text);
  return cidr === null || cidr.prefix > 30 ? '' : lastOf(cidr).text;
}
