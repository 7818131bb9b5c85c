import { accessSync, constants, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { ETC_NETNS, hostPartOf, SETS, type NodeFiles } from '../../model/node-files.js';
import type { NodeFilesObservation } from '../../model/observation.js';
import { hostLines } from './resolvers.js';

/** What there is of a lab's files, and whatever stands in /etc/netns. */
export function observeNodeFiles(lab: string): NodeFilesObservation {
  return {
    links: new Map(namesIn(ETC_NETNS).map((name) => [name, linkTarget(`${ETC_NETNS}/${name}`)])),
    sets: new Map(namesIn(`${SETS}/${lab}`).map((set) => [set, readSet(`${SETS}/${lab}/${set}`)])),
    refusal: refusal(),
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function readSet(folder: string): Partial<NodeFiles> {
  const hosts = linesOf(`${folder}/hosts`);
  const resolvConf = linesOf(`${folder}/resolv.conf`);
  const hostname = linesOf(`${folder}/hostname`);
  return {
    ...(hosts === null ? {} : { hosts }),
    ...(resolvConf === null ? {} : { resolvConf: withoutHostLines(resolvConf) }),
    hostname: hostname === null ? null : hostname.join('\n'),
  };
}

function linesOf(path: string): readonly string[] | null {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  } catch {
    return null;
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
