/** Names and marks that the program puts into the kernel. Everything is a function of the file: the same on every machine. */
import crypto, { createHash } from 'node:crypto';

/** The kernel's limit for an interface name, in bytes (IFNAMSIZ less the terminating zero). */
export const INTERFACE_NAME_BYTES = 15;

/** Number under which topo's routes stand in the kernel (RTA protocol; 84 is not in any rt_protos). */
export const ROUTE_PROTOCOL = 84;

const MARK = 'topo:';

/** The alias that says whose a link is: `topo:LAB/OBJECT`. */
export function mark(lab: string, object: string): string {
  return `${MARK}${lab}/${object}`;
}

/** The other way; null for an alias that is no mark. */
export function parseMark(alias: string): { readonly lab: string; readonly object: string } | null {
  if (!alias.startsWith(MARK)) return null;
  const slash = alias.indexOf('/');
  return slash < 0 ? null : { lab: alias.slice(MARK.length, slash), object: alias.slice(slash + 1) };
}

/** Fields that say whose an object is. */
export const MARK_FIELDS: ReadonlySet<string> = new Set(['alias', 'group', 'mark', 'peer_alias', 'peer_group']);

/** Hex digits of a hash of the parts. */
export function hash(digits: number, ...parts: readonly string[]): string {
  return sha256(parts.join('\0')).slice(0, digits);
}

/** In one call where Node has that (20.12): in half of the time, and there are thousands. */
const sha256 = (text: string): string =>
  'hash' in crypto ? crypto.hash('sha256', text, 'hex') : createHash('sha256').update(text).digest('hex');

/** The lab's link group: never 0 (the kernel's default), positive as a signed number, far from small numbers people use. */
export function labGroup(lab: string): number {
  const known = groups.get(lab);
  if (known !== undefined) return known;
  const group = (parseInt(hash(8, 'group', lab), 16) & 0x3fffffff) | 0x40000000;
  groups.set(lab, group);
  return group;
}

/** Asked for at every link. */
const groups = new Map<string, number>();

/** The lab's nftables table, of family inet. */
export function nftTableName(lab: string): string {
  return `topo_${lab}`;
}

const REMEMBERED = 'sysctl:';

/** The altname of lo that keeps a sysctl's former value. */
export function rememberedSysctl(key: string, value: string): string {
  return `${REMEMBERED}${key}=${value}`;
}

/** The other way; null for another altname. */
export function parseRememberedSysctl(altname: string): { readonly key: string; readonly value: string } | null {
  const equals = altname.indexOf('=');
  if (!altname.startsWith(REMEMBERED) || equals < 0) return null;
  return { key: altname.slice(REMEMBERED.length, equals), value: altname.slice(equals + 1) };
}

const EXECUTED = 'exec:';

/** The altname of lo that says that a command was run. */
export function executedAltname(digest: string): string {
  return `${EXECUTED}${digest}`;
}

/** The other way; null for another altname. */
export function parseExecuted(altname: string): string | null {
  return altname.startsWith(EXECUTED) ? altname.slice(EXECUTED.length) : null;
}
