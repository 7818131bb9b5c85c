/**
 * IP addresses, CIDRs and MAC addresses: parsing, canonical text, arithmetic. Parsers answer null for bad text; functions
 * that take text where a Cidr would do expect what a parser has accepted before, and throw otherwise.
 */
import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** The kernel takes IPv6 off a link with a smaller MTU, and the link's IPv6 settings with it (net/ipv6/addrconf.c). */
export const IPV6_MIN_MTU = 1280;

export interface Address {
  readonly family: Family;
  /** 4 or 16 bytes, network order. */
  readonly bytes: readonly number[];
  /** Canonical: dotted quad, or RFC 5952 (lower case, longest run of zeros shortened). */
  readonly text: string;
}

/** An address with a prefix length; bits right of the prefix are kept (`10.0.0.5/24` is an interface's address). */
export interface Cidr {
  readonly family: Family;
  readonly address: Address;
  readonly prefix: number;
  /** Canonical `address/prefix`. */
  readonly text: string;
}

/** Strict: a leading zero would be read as octal by some programs and as decimal by others. */
const DOTTED_QUAD = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const HEX_GROUPS = /^[0-9a-fA-F:]+$/;
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** A plain address of either family; no prefix length, no zone. */
export function parseAddress(text: string): Address | null {
  if (DOTTED_QUAD.test(text)) return { family: 4, bytes: text.split('.').map(Number), text };
  const groups = text.includes('.') ? withoutDottedTail(text) : text;
  if (groups === null || !groups.includes(':') || !HEX_GROUPS.test(groups) || !ipaddr.IPv6.isValid(groups)) return null;
  const parsed = ipaddr.IPv6.parse(groups);
  return { family: 6, bytes: parsed.toByteArray(), text: parsed.toRFC5952String() };
}

/** ipaddr.js takes `::1.2.3.4` for the mapped `::ffff:1.2.3.4`, which is another address. */
function withoutDottedTail(text: string): string | null {
  const start = text.lastIndexOf(':') + 1;
  const tail = text.slice(start);
  if (start === 0 || !DOTTED_QUAD.test(tail)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
  return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** `address/prefix`; the prefix length must be written. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === null || !PREFIX.test(length) || Number(length) > bitsOf(address.family)) return null;
  return cidrOf(address, Number(length));
}

export function cidrOf(address: Address, prefix: number): Cidr {
  return { family: address.family, address, prefix, text: `${address.text}/${prefix}` };
}

/** The canonical text of an address or a CIDR (`2001:DB8:0:0::1` is `2001:db8::1`); null if it is neither. */
export function canonical(text: string): string | null {
  return (text.includes('/') ? parseCidr(text) : parseAddress(text))?.text ?? null;
}

/** 32 or 128. */
export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** The CIDR with all host bits zero. */
export function networkOf(cidr: Cidr): Cidr {
  return cidrOf(withHostBits(cidr, 0), cidr.prefix);
}

/** The last address of the CIDR; IPv4's broadcast address where the prefix is shorter than 31. */
export function lastOf(cidr: Cidr): Address {
  return withHostBits(cidr, 0xff);
}

/** Whether bits right of the prefix are set: such a thing is an interface's address and no subnet. */
export function hasHostBits(cidr: Cidr): boolean {
  return networkOf(cidr).address.text !== cidr.address.text;
}

/** Of an address or a CIDR that is known to be one. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 6 : 4;
}

/** IPv4's broadcast address of the CIDR; '' where there is none (IPv6, /31, /32). */
export function broadcastOf(cidr: Cidr | string): string {
  const parsed = asCidr(cidr);
  return parsed.family === 6 || parsed.prefix > 30 ? '' : lastOf(parsed).text;
}

export function contains(outerCidr: Cidr | string, inner: Address | Cidr): boolean {
  const outer = asCidr(outerCidr);
  const address = 'address' in inner ? inner.address : inner;
  const prefix = 'address' in inner ? inner.prefix : bitsOf(inner.family);
  if (outer.family !== inner.family || prefix < outer.prefix) return false;
  return sameUpTo(outer.address.bytes, address.bytes, outer.prefix);
}

export function overlaps(one: Cidr | string, other: Cidr | string): boolean {
  const [a, b] = [asCidr(one), asCidr(other)];
  return a.family === b.family && sameUpTo(a.address.bytes, b.address.bytes, Math.min(a.prefix, b.prefix));
}

/** How many addresses the CIDR has. */
export function sizeOf(cidr: Cidr): bigint {
  return 1n << BigInt(bitsOf(cidr.family) - cidr.prefix);
}

/** The address `offset` after the CIDR's network address; no check that it is inside. */
export function addressAt(cidr: Cidr, offset: bigint | number): Address {
  return addressOf(cidr.family, numberOf(networkOf(cidr).address) + BigInt(offset));
}

/** The first address a host can have: the one after the network address, but the first itself for /31, /32, /127, /128. */
export function firstHost(cidr: Cidr): Address {
  const network = networkOf(cidr).address;
  if (cidr.prefix >= bitsOf(cidr.family) - 1) return network;
  return addressOfBytes([...network.bytes.slice(0, -1), (network.bytes.at(-1) ?? 0) + 1]);
}

/** Whether the address names the subnet (all host bits 0) or, in IPv4, its broadcast; /31 and longer have neither. */
export function isReservedIn(cidr: Cidr, address: Address): boolean {
  if (cidr.prefix >= bitsOf(cidr.family) - 1) return false;
  return address.text === networkOf(cidr).address.text || (cidr.family === 4 && address.text === lastOf(cidr).text);
}

export function numberOf(address: Address): bigint {
  return address.bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The other way; bits beyond the family's width are dropped. */
export function addressOf(family: Family, value: bigint): Address {
  const count = bitsOf(family) / 8;
  return addressOfBytes(Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * (count - 1 - i))) & 0xffn)));
}

/** From 4 or 16 bytes. */
export function addressOfBytes(bytes: readonly number[]): Address {
  if (bytes.length === 4) return { family: 4, bytes, text: bytes.join('.') };
  return { family: 6, bytes, text: new ipaddr.IPv6([...bytes]).toRFC5952String() };
}

const MAC = /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$/;

/** Six bytes with colons, in lower case; null for anything else. */
export function canonicalMac(text: string): string | null {
  return MAC.test(text) ? text.toLowerCase() : null;
}

/** Whether the kernel refuses it as an interface's own: group bit set, or all zero (`is_valid_ether_addr`). */
export function isUnicastMac(mac: string): boolean {
  return (parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00';
}

function asCidr(cidr: Cidr | string): Cidr {
  const parsed = typeof cidr === 'string' ? parseCidr(cidr) : cidr;
  if (parsed === null) throw new Error(`not a CIDR: ${String(cidr)}`);
  return parsed;
}

function withHostBits(cidr: Cidr, fill: number): Address {
  const bytes = cidr.address.bytes.map((byte, i) => {
    const kept = Math.max(0, Math.min(8, cidr.prefix - 8 * i));
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) | (fill & ~mask & 0xff);
  });
  return addressOfBytes(bytes);
}

function sameUpTo(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i += 1) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (a[whole] ?? 0) >> (8 - rest) === (b[whole] ?? 0) >> (8 - rest);
}
