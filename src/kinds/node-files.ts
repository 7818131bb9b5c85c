/** A set of the files that processes of nodes see in place of the host's: one for all nodes that see the same. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { HOST_RESOLVERS, HOST_RESOLVERS_ALONE, parseSetFolder, setFolder, type NodeFiles } from '../model/node-files.js';
import type { NodeFilesObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { hiddenLines } from '../model/sensitive.js';
import { HOST, type PropValue, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { netnsId, labNamespaces } from './ownership.js';

export interface NodeFilesSpec {
  readonly lab: string;
  readonly set: string;
  readonly files: NodeFiles;
  /** What reads them, if that is no node: nothing is done where it is not installed. */
  readonly program?: Program;
  readonly path: string;
  readonly at: SourceRange;
}

interface Program {
  readonly name: string;
  /** Of Debian. */
  readonly package: string;
  /** The key of the file that asks for it. */
  readonly for: string;
  /** What does without. */
  readonly instead?: string;
}

interface Definition {
  readonly folder: string;
  readonly files: NodeFiles;
  readonly program: Program | undefined;
}

export const nodeFilesId = (set: string): ResourceId => `names:${HOST}/${set}`;

export function nodeFilesResource({ lab, set, files, program, path, at }: NodeFilesSpec): Resource {
  const definition: Definition = { folder: setFolder(lab, set), files, program };
  return { ...resourceOf(set, propsOf(files, [])), definition, path, at };
}

function resourceOf(set: string, props: Props): Resource {
  return { id: nodeFilesId(set), kind: 'names', netns: HOST, props, needs: [] };
}

/** Each file as text, which reports show line by line. `unused`: links to the set, of namespaces that are not there. */
function propsOf(files: NodeFiles, unused: readonly string[]): Props {
  const texts = Object.entries(files).map(([name, lines]): [string, PropValue] => [name, { lines }]);
  return { ...Object.fromEntries(texts), unused_links: unused };
}

function find({ observation, desired }: FindContext): Found {
  const { lab } = desired;
  const { sets } = observation.files;
  const own = new Set(labNamespaces(observation, lab).map(({ netns }) => netns));
  const unused = unusedLinks(observation.files, lab, (netns) => desired.resources.has(netnsId(netns)) || own.has(netns));
  const names = new Set([...sets.keys(), ...unused.keys()]);
  const resources = [...names].map((set): Resource => {
    const definition = { folder: setFolder(lab, set) };
    return { ...resourceOf(set, propsOf(sets.get(set) ?? {}, unused.get(set) ?? [])), definition };
  });
  return { resources, conflicts: [...missingPrograms(observation.missingPrograms, desired), ...unanswered(observation.files, desired)] };
}

/** Nodes that are to ask the host's servers, and cannot: told once, at the first place. */
function unanswered({ onlyOwnResolvers }: NodeFilesObservation, desired: State): readonly Diagnostic[] {
  if (!onlyOwnResolvers) return [];
  const asking = [...desired.resources.values()].filter(
    ({ kind, definition }) => kind === 'names' && hasNoServer(definition as Definition),
  );
  if (asking[0] === undefined) return [];
  const paths = [...new Set(asking.map(({ path = '' }) => path))];
  return [
    {
      code: 'no-resolver',
      severity: 'warning',
      message: `nodes of ${paths.join(', ')} have no name server for other names than their own: those of the host are at addresses that only the host itself can ask`,
      ...(asking[0].at === undefined ? {} : { at: asking[0].at }),
      hint: 'write `dns: server` for the network, whose server asks them; or name servers for the node, as `dns: [192.0.2.53]`',
    },
  ];
}

function hasNoServer({ files }: Definition): boolean {
  const lines = files['resolv.conf'] ?? [];
  const asksHost = lines.some((line) => line === HOST_RESOLVERS || line === HOST_RESOLVERS_ALONE);
  return asksHost && !lines.some((line) => line.startsWith('nameserver '));
}

function missingPrograms(missing: readonly string[], desired: State): readonly Diagnostic[] {
  if (missing.length === 0) return [];
  return [...desired.resources.values()].flatMap(({ kind, definition, path = '', at }): Diagnostic[] => {
    const program = kind === 'names' ? (definition as Definition).program : undefined;
    if (program === undefined || !missing.includes(program.name)) return [];
    return [
      {
        code: 'program-missing',
        severity: 'error',
        message: `${path}: \`${program.for}\` needs the program ${program.name}, which is not installed here`,
        ...(at === undefined ? {} : { at }),
        hint: `on Debian and Ubuntu: apt-get install ${program.package}${program.instead === undefined ? '' : `; \`${program.instead}\` does without`}`,
      },
    ];
  });
}

/** By set. A namespace that somebody has deleted leaves its link behind. */
function unusedLinks(
  { links }: NodeFilesObservation,
  lab: string,
  isUsed: (netns: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const unused = new Map<string, string[]>();
  for (const [netns, target] of links) {
    const place = target === null ? null : parseSetFolder(target);
    if (place?.lab !== lab || isUsed(netns)) continue;
    const list = unused.get(place.set);
    if (list === undefined) unused.set(place.set, [netns]);
    else list.push(netns);
  }
  return unused;
}

function write({ definition }: Resource): readonly Operation[] {
  const { folder, files } = definition as Definition;
  return [{ op: 'node-files-write', netns: HOST, folder, files }];
}

function unlink({ props }: Resource): readonly Operation[] {
  return (props['unused_links'] as readonly string[]).map((netns) => ({ op: 'node-files-link', netns, folder: '' }));
}

export const nodeFiles: Kind = {
  name: 'names',
  // Before the namespaces that lead to them, and when all goes, after them.
  stage: () => -1,
  inPlace: () => true,
  hidden: (_field, value, before) => hiddenLines(value, before),
  defaults: () => ({ unused_links: [] }),
  find,
  create: write,
  update: (before, after, fields) => [...unlink(before), ...(fields.some(({ field }) => field !== 'unused_links') ? write(after) : [])],
  delete: (before) => [
    ...unlink(before),
    { op: 'node-files-delete', netns: HOST, folder: (before.definition as Pick<Definition, 'folder'>).folder },
  ],
  title: ({ id }) => `names ${id.slice(id.indexOf('/') + 1)}`,
};
