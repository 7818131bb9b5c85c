import { ETC_NETNS, parseSetFolder, setFolder } from '../model/node-files.js';
import type { NodeFilesObservation, Observation } from '../model/observation.js';
import { mark, parseMark } from '../model/names.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Resource, State } from '../model/state.js';
import { addMissingRules, DEFAULT_RULES, defaultRulesIn } from './default-rules.js';
import type { Found, Kind } from './kind.js';
import { foreign, netnsId, netnsMark, type NetnsDefinition } from './ownership.js';

export interface NetnsSpec {
  readonly lab: string;
  readonly netns: string;
  readonly node: string;
  /** Patterns of interfaces inside that are somebody else's. */
  readonly ignore: readonly string[];
  /** The set of files that its processes see in place of the host's; '' for none. */
  readonly names: string;
  readonly path: string;
  readonly at: SourceRange;
}

export function netnsResource(spec: NetnsSpec): Resource {
  const definition: NetnsDefinition = { ignore: spec.ignore };
  return {
    id: netnsId(spec.netns),
    kind: 'netns',
    netns: spec.netns,
    props: { mark: mark(spec.lab, spec.node), default_rules: DEFAULT_RULES, names: spec.names },
    needs: [],
    definition,
    path: spec.path,
    at: spec.at,
  };
}

function find({ namespaces, host, files }: Observation, desired: State): Found {
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [...refusedLinks(files, desired)];
  for (const ns of namespaces) {
    if (ns.stale) continue;
    const found = netnsMark(ns);
    if (found?.lab === desired.lab) {
      const names = setOf(files.links.get(ns.netns), desired.lab);
      const props = { mark: mark(found.lab, found.object), default_rules: defaultRulesIn(ns.rules, host.rules), names };
      resources.push({ id: netnsId(ns.netns), kind: 'netns', netns: ns.netns, props, needs: [] });
      continue;
    }
    const wanted = desired.resources.get(netnsId(ns.netns));
    if (wanted !== undefined) conflicts.push(foreign('foreign-netns', `a network namespace named ${ns.netns}`, wanted, found?.lab ?? null));
  }
  return { resources, conflicts };
}

/** The set of the lab that a link in /etc/netns leads to; '' for another one. */
function setOf(link: string | null | undefined, lab: string): string {
  const place = typeof link === 'string' ? parseSetFolder(link) : null;
  return place?.lab === lab ? place.set : '';
}

/** Names in /etc/netns that are wanted and cannot be had. */
function refusedLinks({ links, refusal }: NodeFilesObservation, desired: State): readonly Diagnostic[] {
  const wanted = [...desired.resources.values()].filter(
    ({ kind, netns, props }) => kind === 'netns' && props['names'] !== '' && setOf(links.get(netns), desired.lab) === '',
  );
  const [first] = wanted;
  const hint = 'with `dns: none` on its networks a node has no files of its own';
  if (first !== undefined && refusal !== null) {
    const message = `nothing can be put into ${ETC_NETNS}: ${refusal}`;
    return [{ code: 'no-etc-netns', severity: 'error', message, ...(first.at === undefined ? {} : { at: first.at }), hint }];
  }
  return wanted.flatMap(({ netns, at }): Diagnostic[] => {
    const link = links.get(netns);
    if (link === undefined || (link !== null && parseSetFolder(link) !== null)) return [];
    const message = `${ETC_NETNS}/${netns} exists already and is not topo's: names of nodes would go there`;
    return [{ code: 'foreign-names', severity: 'error', message, ...(at === undefined ? {} : { at }), hint: `remove it, or choose another netns; ${hint}` }];
  });
}

const filesOf = ({ props }: Resource): string => {
  const { lab } = parseMark(String(props['mark']))!;
  return props['names'] === '' ? '' : setFolder(lab, String(props['names']));
};

const markOf = (resource: Resource): string => String(resource.props['mark']);

export const netns: Kind = {
  name: 'netns',
  stage: () => 0,
  inPlace: () => true,
  defaults: ({ props: { names } }) => ({ default_rules: DEFAULT_RULES, names: names ?? '' }),
  find: ({ observation, desired }) => find(observation, desired),
  create: (after) => {
    const files = filesOf(after);
    return [{ op: 'netns-add', netns: after.netns, alias: markOf(after), ...(files === '' ? {} : { files }) }];
  },
  update: (before, after, fields) => [
    ...(fields.some(({ field }) => field === 'mark')
      ? [{ op: 'link-set' as const, netns: after.netns, name: 'lo', attributes: { alias: markOf(after) } }]
      : []),
    ...addMissingRules(after.netns, before.props['default_rules'] as readonly string[]),
    ...(fields.some(({ field }) => field === 'names')
      ? [{ op: 'node-files-link' as const, netns: after.netns, folder: filesOf(after) }]
      : []),
  ],
  delete: (before) => [{ op: 'netns-delete', netns: before.netns, ...(before.props['names'] === '' ? {} : { files: true }) }],
  title: (resource) => `netns ${resource.netns} (node ${parseMark(markOf(resource))?.object ?? '?'})`,
};
