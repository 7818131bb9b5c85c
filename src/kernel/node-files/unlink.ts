/** Links in /etc/netns that lead into topo's folders, and the directory, as they go. */
import { closeSync, constants, existsSync, openSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { ETC_NETNS, parseSetFolder, SETS } from '../../model/node-files.js';
import { entryName } from '../../model/path-name.js';

/** Says that this program has made /etc/netns, and takes it away with the last link. */
export const MADE = `${dirname(SETS)}/etc-netns-made`;

export const linkPath = (netns: string): string => `${ETC_NETNS}/${entryName(netns)}`;

/** The directory may be left empty; what is no link of topo's stays. Gives whether it was one. */
export function unlink(netns: string): boolean {
  const path = linkPath(netns);
  const isLink = isOurs(path);
  if (isLink) unlinkSync(path);
  return isLink;
}

export function removeLink(netns: string): void {
  if (unlink(netns)) removeEtcNetns();
}

/** A link into topo's folders. */
export function isOurs(path: string): boolean {
  try {
    return parseSetFolder(readlinkSync(path)) !== null;
  } catch {
    return false;
  }
}

/** If this program has made it, and nothing is in it. */
export function removeEtcNetns(): void {
  try {
    closeSync(openSync(MADE, constants.O_RDONLY | constants.O_NOFOLLOW));
    // Whoever was killed between these two has left only the second to do.
    if (existsSync(ETC_NETNS)) rmdirSync(ETC_NETNS);
    unlinkSync(MADE);
  } catch {
    // It was there before, or somebody has put something into it.
  }
}
