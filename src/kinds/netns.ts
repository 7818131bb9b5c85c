import type { NamedNetnsObservation } from '../model/observation.js';
import { mark, parseMark } from '../model/names.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Resource, State } from '../model/state.js';
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
    props: { mark: mark(spec.lab, spec.node) },
    needs: [],
    definition,
    path: spec.path,
    at: spec.at,
  };
}

function find(namespaces: readonly NamedNetnsObservation[], desired: State): Found {
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  for (const ns of namespaces) {
    if (ns.stale) continue;
    const found = netnsMark(ns);
    if (found?.lab === desired.lab) {
      resources.push({ id: netnsId(ns.netns), kind: 'netns', netns: ns.netns, props: { mark: mark(found.lab, found.object) }, needs: [] });
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
  defaults: () => ({}),
  find: ({ observation, desired }) => find(observation.namespaces, desired),
  create: (after) => [{ op: 'netns-add', netns: after.netns, alias: markOf(after) }],
  update: (_before, after) => [{ op: 'link-set', netns: after.netns, name: 'lo', attributes: { alias: markOf(after) } }],
  delete: (before) => [{ op: 'netns-delete', netns: before.netns }],
  title: (resource) => `netns ${resource.netns} (node ${parseMark(markOf(resource))?.object ?? '?'})`,
};
