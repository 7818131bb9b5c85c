import { statSync } from 'node:fs';
import { dockerOf } from '../report/docker.js';
import { dockerText } from '../report/docker-text.js';
import { showYaml } from '../report/show-text.js';
import type { ShowDocument } from '../report/show.js';
import { HOST } from '../model/state.js';
import type { ShowArguments } from './options.js';

/** What is shown, in Docker's words and in the format that is asked for. */
export async function shownInDockersWords(
  shown: ShowDocument,
  node: string | undefined,
  { format, color }: { readonly format: ShowArguments['format']; readonly color: boolean },
): Promise<string> {
  const document = dockerOf(shown, { node, keyOf, inodeOf });
  if (format === 'json') return `${JSON.stringify(document)}\n`;
  return format === 'yaml' ? showYaml(document) : dockerText(document, { color });
}

const keyOf = (netns: string): string => (netns === HOST ? '/proc/self/ns/net' : `/run/netns/${netns}`);

function inodeOf(netns: string): number | null {
  return statSync(keyOf(netns), { throwIfNoEntry: false })?.ino ?? null;
}
