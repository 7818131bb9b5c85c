/**
 * Files that processes of a node see in place of the host's: hosts, resolv.conf, hostname. Nodes that see the same share a
 * folder, a *set*; `/etc/netns/NETNS` is a symbolic link to it, which `ip netns exec` follows. The folders are below /run,
 * so that what is left after a reboot leads nowhere.
 */

import { isPathName, pathName } from './path-name.js';

/** Where `ip netns exec` looks. */
export const ETC_NETNS = '/etc/netns';

/** A folder for each lab, and in it one for each set. */
export const SETS = '/run/topo/names';

export function setFolder(lab: string, set: string): string {
  return `${SETS}/${pathName(lab)}/${pathName(set)}`;
}

/** The other way; null for a folder that is none of topo's. */
export function parseSetFolder(path: string): { readonly lab: string; readonly set: string } | null {
  const [lab = '', set = '', ...more] = path.startsWith(`${SETS}/`) ? path.slice(SETS.length + 1).split('/') : [];
  return isPathName(lab) && isPathName(set) && more.length === 0 ? { lab, set } : null;
}

/**
 * A line of resolv.conf behind which stands, up to the end, what the host's own resolv.conf says at the moment. What is
 * wanted is a function of the file; the machine fills it in.
 */
export const HOST_RESOLVERS = "# the host's resolvers";
export const HOST_RESOLVERS_ALONE = "# the host's resolvers, without its search domains";
export const HOST_SEARCH = "# the host's search domains";

/** What is taken over of the host's resolv.conf. */
export type HostPart = 'resolvers' | 'resolvers-alone' | 'search';

const HOST_PARTS: ReadonlyMap<string, HostPart> = new Map([
  [HOST_RESOLVERS, 'resolvers'],
  [HOST_RESOLVERS_ALONE, 'resolvers-alone'],
  [HOST_SEARCH, 'search'],
]);

/** What the host fills in behind the line; undefined for another line. */
export function hostPartOf(line: string): HostPart | undefined {
  return HOST_PARTS.get(line);
}

/** Files that hold passwords: for root alone. All others are for whoever a process runs as. */
export const PRIVATE_FILES: ReadonlySet<string> = new Set(['bird.conf']);

/** The lines of each file, by its name; without those of the host. */
export type NodeFiles = { readonly [name: string]: readonly string[] };

/** In `extra_hosts`: the host's own address. */
export const HOST_GATEWAY = 'host-gateway';
