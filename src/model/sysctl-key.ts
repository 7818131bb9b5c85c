/** Keys of settings, one spelling for each: dots between the words, and a slash for a dot within a word, as sysctl(8) takes it. */

/** Forwarding of a whole namespace. Switching it writes the settings of its interfaces as well. */
export const IPV4_FORWARDING = 'net.ipv4.ip_forward';
export const IPV6_FORWARDING = 'net.ipv6.conf.all.forwarding';

const INTERFACE_KEY = /^(net\.ipv[46]\.(?:conf|neigh)\.)(.+)(\.[^.]+)$/;

export function interfaceKey(family: 'ipv4' | 'ipv6', name: string, word: string, of: 'conf' | 'neigh' = 'conf'): string {
  return `net.${family}.${of}.${name.replaceAll('.', '/')}.${word}`;
}

/** Of `net/ipv4/conf/eth0.1/rp_filter`, and of a name whose dots were not turned into slashes: the last word has none. */
export function canonicalKey(written: string): string {
  const slashes = written[written.search(/[./]/)] === '/';
  const key = slashes ? written.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/')) : written;
  return key.replace(INTERFACE_KEY, (_key, before: string, name: string, after: string) => before + name.replaceAll('.', '/') + after);
}

/** The name of the interface (or `all`, `default`) that the key in its one spelling is about. */
export function interfaceOfKey(key: string): string | undefined {
  return INTERFACE_KEY.exec(key)?.[2]?.replaceAll('/', '.');
}
