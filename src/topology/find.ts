/** Which file an argument of the command line means. */
import type { Diagnostic } from '../model/diagnostic.js';
import { diagnosticOf, quote } from './report.js';
import { didYouMean } from './suggest.js';

/** What stands at a path. */
export type Seen =
  { readonly kind: 'missing' } | { readonly kind: 'file' } | { readonly kind: 'directory'; readonly names: readonly string[] };

export type Look = (path: string) => Seen;

export type FoundFile = { readonly file: string } | { readonly problem: Diagnostic };

const DEFAULT_NAMES = ['topo.yaml', 'topology.yaml'];
const SUFFIX = '.topo.yaml';

const EMPTY_NAME = 'is a variable of the shell unset? Without a name the topology of this directory is meant';

/** A file, the topology of a directory, or without an argument that of the current directory. */
export function findTopology(argument: string | undefined, look: Look): FoundFile {
  if (argument === '') return { problem: diagnosticOf('file-missing', 'the name of the file is empty', undefined, { hint: EMPTY_NAME }) };
  const path = argument ?? '.';
  const seen = look(path);
  switch (seen.kind) {
    case 'file':
      return { file: path };
    case 'directory':
      return inDirectory(path, seen.names);
    case 'missing':
      return { problem: missing(path, look) };
  }
}

/** Every topology among the names of a directory. */
export function topologiesAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => DEFAULT_NAMES.includes(name) || (name.endsWith(SUFFIX) && name !== SUFFIX)).sort();
}

function inDirectory(directory: string, names: readonly string[]): FoundFile {
  const byDefault = DEFAULT_NAMES.find((name) => names.includes(name));
  const candidates = byDefault === undefined ? names.filter((name) => name.endsWith(SUFFIX) && name !== SUFFIX).sort() : [byDefault];
  const [only, ...more] = candidates;
  if (only === undefined) return { problem: nothing(directory, names) };
  if (more.length === 0) return { file: join(directory, only) };
  const message = `${place(directory)} has several topologies: ${candidates.join(', ')}`;
  return { problem: diagnosticOf('several-topologies', message, undefined, { hint: `name one of them: ${join(directory, only)}` }) };
}

function nothing(directory: string, names: readonly string[]): Diagnostic {
  const yaml = names.find((name) => /^(?:topo|topology|.+\.topo)\.yml$/.test(name)) ?? names.find((name) => /\.ya?ml$/.test(name));
  const hint = yaml === undefined ? 'write one, or name a file or directory that has one' : isIt(yaml, join(directory, yaml));
  const message = `${place(directory)} has no topology: no ${DEFAULT_NAMES.join(', no ')}, no *${SUFFIX}`;
  return diagnosticOf('no-topology', message, undefined, { hint });
}

/** By its name. */
function isIt(name: string, path: string): string {
  if (/^(?:docker-)?compose\b/.test(name))
    return `${quote(name)} is for Compose: docs/coming-from.md has its words, and those of topo beside them`;
  if (/\.clab\.ya?ml$/.test(name))
    return `${quote(name)} is for containerlab: docs/coming-from.md has its words, and those of topo beside them`;
  return `if ${quote(name)} is one, name it on the command line: ${path}`;
}

function missing(path: string, look: Look): Diagnostic {
  const slash = path.lastIndexOf('/');
  const directory = slash < 0 ? '.' : path.slice(0, slash) || '/';
  const seen = look(directory);
  const message = `there is no file or directory ${quote(path)}`;
  if (seen.kind === 'missing')
    return diagnosticOf('file-missing', message, undefined, { hint: `there is no directory ${quote(directory)} either` });
  const hint = seen.kind === 'directory' ? didYouMean(path.slice(slash + 1), seen.names) : undefined;
  return diagnosticOf('file-missing', message, undefined, { hint });
}

function place(directory: string): string {
  return directory === '.' ? 'this directory' : `the directory ${quote(directory)}`;
}

function join(directory: string, name: string): string {
  return directory === '.' ? name : `${directory.replace(/\/+$/, '')}/${name}`;
}
