/** What nodes take over of the host's resolv.conf. */
import { readFileSync } from 'node:fs';
import type { HostPart } from '../../model/node-files.js';

/**
 * The second one is systemd-resolved's list of the real servers: where its stub at 127.0.0.53 stands in the first, nobody
 * but the host can ask that.
 */
export const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

/** Of the host alone: its loopback addresses, and link-local ones, which mean another link inside a node. */
const HOST_ONLY = /^nameserver\s+(127\.|::1\s*$|fe80:)/;

const KEYWORDS: { readonly [part in HostPart]: RegExp } = {
  resolvers: /^(nameserver|search|domain|options)\s/,
  'resolvers-alone': /^(nameserver|options)\s/,
  search: /^(search|domain|options)\s/,
};

/** The lines as they stand there. */
export function hostLines(part: HostPart): readonly string[] {
  return resolverLines().filter((line) => KEYWORDS[part].test(line));
}

/** The host has name servers, and all of them are its own alone. */
export function hasOnlyOwnResolvers(): boolean {
  if (resolverLines().some((line) => line.startsWith('nameserver'))) return false;
  return RESOLVER_FILES.some((path) => linesOf(path).some((line) => HOST_ONLY.test(line)));
}

function resolverLines(): readonly string[] {
  const files = RESOLVER_FILES.map(usableLines);
  return files.find((lines) => lines.some((line) => line.startsWith('nameserver'))) ?? files[0] ?? [];
}

const usableLines = (path: string): readonly string[] => linesOf(path).filter((line) => !HOST_ONLY.test(line));

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
