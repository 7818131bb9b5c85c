import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ETC_NETNS, hostPartOf, SETS, type NodeFiles } from '../../model/node-files.js';
import type { NodeFilesObservation } from '../../model/observation.js';
import { ownNames } from '../own-folder.js';
import { etcNetnsLinks } from './links.js';
import { hasOnlyOwnResolvers, hostLines } from './resolvers.js';

/** What there is of a lab's files, and whatever stands in /etc/netns, unless that is known. */
export function observeNodeFiles(lab: string, links = etcNetnsLinks()): NodeFilesObservation {
  return {
    links,
    sets: new Map(ownNames(`${SETS}/${lab}`).map((set) => [set, readSet(`${SETS}/${lab}/${set}`)])),
    refusal: refusal(),
    onlyOwnResolvers: hasOnlyOwnResolvers(),
  };
}

function readSet(folder: string): NodeFiles {
  const files = ownNames(folder).map((name) => [name, linesOf(`${folder}/${name}`)] as const);
  return Object.fromEntries(files.map(([name, lines]) => [name, withoutHostLines(lines)]));
}

function linesOf(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  } catch {
    return [];
  }
}

/** What the host says now stands for itself; what it said before does not. */
function withoutHostLines(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => hostPartOf(line) !== undefined);
  const part = hostPartOf(lines[at] ?? '');
  if (part === undefined) return lines;
  const own = lines.slice(0, at + 1);
  return lines.slice(at + 1).join('\n') === hostLines(part).join('\n') ? own : lines;
}

/** Of the system call that would be tried; a file system that is read-only refuses root too. */
function refusal(): string | null {
  try {
    accessSync(existsSync(ETC_NETNS) ? ETC_NETNS : dirname(ETC_NETNS), constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EACCES';
  }
}
