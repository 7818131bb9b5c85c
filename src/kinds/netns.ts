import type { Observation } from '../model/observation.js';
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
  readonly path: string;
  readonly at: SourceRange;
}

export function netnsResource(spec: NetnsSpec): Resource {
  const definition: NetnsDefinition = { ignore: spec.ignore };
  return {
    id: netnsId(spec.netns),
    kind: 'netns',
    netns: spec.netns,
    props: { mark: mark(spec.lab, spec.node), default_rules: DEFAULT_RULES },
    needs: [],
    definition,
    path: spec.path,
    at: spec.at,
  };
}

function find({ namespaces, host }: Observation, desired: State): Found {
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  for (const ns of namespaces) {
    if (ns.stale) continue;
    const found = netnsMark(ns);
    if (found?.lab === desired.lab) {
      const props = { mark: mark(found.lab, found.object), default_rules: defaultRulesIn(ns.rules, host.rules) };
      resources.push({ id: netnsId(ns.netns), kind: 'netns', netns: ns.netns, props, needs: [] });
      continue;
    }
    const wanted = desired.resources.get(netnsId(ns.netns));
    if (wanted !== undefined) conflicts.push(foreign('foreign-netns', `a network namespace named ${ns.netns}`, wanted, found?.lab ?? null));
  }
  return { resources, conflicts };
}

const markOf = (resource: Resource): string => String(resource.props['mark']);

export const netns: Kind = {
  name: 'netns',
  stage: () => 0,
  inPlace: () => true,
  defaults: () => ({ default_rules: DEFAULT_RULES }),
  find: ({ observation, desired }) => find(observation, desired),
  create: (after) => [{ op: 'netns-add', netns: after.netns, alias: markOf(after) }],
  update: (before, after, fields) => [
    ...(fields.some(({ field }) => field === 'mark')
      ? [{ op: 'link-set' as const, netns: after.netns, name: 'lo', attributes: { alias: markOf(after) } }]
      : []),
    ...addMissingRules(after.netns, before.props['default_rules'] as readonly string[]),
  ],
  delete: (before) => [{ op: 'netns-delete', netns: before.netns }],
  title: (resource) => `netns ${resource.netns} (node ${parseMark(markOf(resource))?.object ?? '?'})`,
};
