/**
 * Forwarding of a whole namespace writes other settings too (`inet_forward_change`, `addrconf_forward_change`): on, it
 * sets `forwarding` of every interface and of `default`, and IPv4's `all.accept_redirects` to 0; off, the other way round.
 * What was the other way before does not come back by itself.
 */
import { readdirSync } from 'node:fs';
import { FORWARDING_KEYS } from './netconf.js';
import { readSysctl } from './proc-sys.js';

export interface Setting {
  readonly key: string;
  readonly value: string;
}

const FAMILIES: ReadonlyMap<string, 'ipv4' | 'ipv6'> = new Map([...FORWARDING_KEYS].map(([key, family]) => [key, `ipv${family}`]));

const REDIRECTS = 'net.ipv4.conf.all.accept_redirects';

export function isForwarding(key: string): boolean {
  return FAMILIES.has(key);
}

/** Whether switching `key` off changes `other` (of which the former value is remembered). */
export function isDependant(key: string, other: string): boolean {
  const family = FAMILIES.get(key);
  if (FAMILIES.has(other)) return false;
  return (family === 'ipv4' && other === REDIRECTS) || (other.startsWith(`net.${family}.conf.`) && other.endsWith('.forwarding'));
}

/** What off, on, off would leave changed, with its value; to be asked while the key is off, in the namespace. */
export function dependants(key: string): readonly Setting[] {
  const family = FAMILIES.get(key)!;
  const found: Setting[] = [];
  if (family === 'ipv4' && readSysctl(REDIRECTS) === '0') found.push({ key: REDIRECTS, value: '0' });
  for (const name of readdirSync(`/proc/sys/net/${family}/conf`)) {
    if (name === 'all') continue;
    // sysctl(8): a dot of the name is written as a slash.
    const other = `net.${family}.conf.${name.replaceAll('.', '/')}.forwarding`;
    const value = readSysctl(other);
    if (value !== null && value !== '0') found.push({ key: other, value });
  }
  return found;
}

/** What a remembered setting reads while the key has the value that the kernel spread from it. */
export function spread(other: string, forwarding: string): string {
  if (other === REDIRECTS) return forwarding === '0' ? '1' : '0';
  return forwarding;
}
