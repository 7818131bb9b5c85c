import { readlinkSync } from 'node:fs';
import { ETC_NETNS } from '../../model/node-files.js';
import { namesIn } from '../folder.js';

/** What stands in /etc/netns, by name: where a link leads, null for what is no link. */
export function etcNetnsLinks(): ReadonlyMap<string, string | null> {
  return new Map(namesIn(ETC_NETNS).map((name) => [name, linkTarget(`${ETC_NETNS}/${name}`)]));
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
