import { LABELS, type ContainerObservation } from '../model/container.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { containerMark, containerOf } from '../model/lo-marks.js';
import { mark, parseMark } from '../model/names.js';
import type { NetnsObservation, Observation } from '../model/observation.js';
import type { Props, PropValue, Resource, State } from '../model/state.js';
import { addMissingRules, DEFAULT_RULES, defaultRulesIn } from './default-rules.js';
import type { Found, Kind } from './kind.js';
import { containerId, RUNTIME } from './ids-of-containers.js';
import { containerKindOf, foreign, loOf, netnsId, netnsMark, type NetnsDefinition } from './ownership.js';

export interface NetnsSpec {
  readonly lab: string;
  readonly netns: string;
  readonly node: string;
  /** Patterns of interfaces inside that are somebody else's. */
  readonly ignore: readonly string[];
  /** The namespace is that of a container. */
  readonly container?: NetnsContainer;
  readonly path: string;
  readonly at: SourceRange;
}

export interface NetnsContainer {
  /** `started` by topo, or somebody else's. */
  readonly kind: 'started' | 'attached';
  readonly name: string;
  /** A container of this lab: it has to be there first. */
  readonly own: boolean;
}

export function netnsResource(spec: NetnsSpec): Resource {
  if (spec.container !== undefined) return ofContainer(spec, spec.container);
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

function ofContainer({ lab, netns, node, ignore, path, at }: NetnsSpec, { kind, name, own }: NetnsContainer): Resource {
  const definition: NetnsDefinition = { ignore, altname: containerMark(kind, lab, node) };
  return {
    id: netnsId(netns),
    kind: 'netns',
    netns,
    props: { mark: mark(lab, node), default_rules: null, container: name },
    needs: own ? [RUNTIME, containerId(name)] : [RUNTIME],
    definition,
    path,
    at,
  };
}

/** The namespace of a container that runs, or that of one that did when the name was given. */
function foundOfContainer(ns: NetnsObservation, observation: Observation, desired: State, props: Props): Resource {
  const altnames = loOf(ns)?.altnames ?? [];
  const altname = altnames.find((one) => containerOf([one], desired.lab) !== null) ?? '';
  const found = observation.containers?.found.filter(({ inode }) => inode !== null && inode === ns.inode) ?? [];
  const wanted = desired.resources.get(netnsId(ns.netns))?.props['container'];
  // Several containers may share a namespace.
  const container = found.find((one) => isCalled(one, wanted)) ?? found[0];
  const own = container?.labels[LABELS.lab] === desired.lab;
  return {
    id: netnsId(ns.netns),
    kind: 'netns',
    netns: ns.netns,
    props: {
      ...props,
      default_rules: null,
      container: container === undefined ? GONE : isCalled(container, wanted) ? wanted : container.name,
    },
    needs: own ? [RUNTIME, containerId(container.name)] : [RUNTIME],
    goesWith: own ? [containerId(container.name)] : [],
    outlived: true,
    definition: { ignore: [], altname },
  };
}

/** By name or by id, or by what the id begins with. */
const isCalled = ({ name, id }: ContainerObservation, wanted: PropValue | undefined): wanted is string =>
  typeof wanted === 'string' && (name === wanted || id.startsWith(wanted));

const GONE = 'one that is gone';

function find(observation: Observation, desired: State): Found {
  const { namespaces, host } = observation;
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  for (const ns of namespaces) {
    if (ns.stale) continue;
    const found = netnsMark(ns);
    if (found?.lab === desired.lab) {
      const marks = { mark: mark(found.lab, found.object) };
      if (containerKindOf(ns, desired.lab) !== null) {
        resources.push(foundOfContainer(ns, observation, desired, marks));
        continue;
      }
      const props = { mark: mark(found.lab, found.object), default_rules: defaultRulesIn(ns.rules, host.rules) };
      resources.push({ id: netnsId(ns.netns), kind: 'netns', netns: ns.netns, props, needs: [] });
      continue;
    }
    const wanted = desired.resources.get(netnsId(ns.netns));
    if (wanted !== undefined) conflicts.push(foreign('foreign-netns', `a network namespace named ${ns.netns}`, wanted, found?.lab ?? null));
  }
  return { resources, conflicts: [...conflicts, ...missingContainers(observation, desired)] };
}

/** Containers that the file names and that are not topo's: each must be there, run, and have a namespace of its own. */
function missingContainers({ containers, host }: Observation, desired: State): readonly Diagnostic[] {
  if (containers === undefined) return [];
  return [...desired.resources.values()].flatMap((resource): Diagnostic[] => {
    const { container: wanted } = resource.props;
    if (resource.kind !== 'netns' || typeof wanted !== 'string' || desired.resources.has(containerId(wanted))) return [];
    const place = resource.at === undefined ? {} : { at: resource.at };
    const tell = (code: string, message: string, hint: string): Diagnostic[] => [{ code, severity: 'error', message, ...place, hint }];
    const container = containers.found.find(({ name }) => name === wanted) ?? containers.found.find((one) => isCalled(one, wanted));
    if (container === undefined)
      return tell('container-missing', `there is no container ${wanted}`, 'start it first; docker ps --all lists those that are there');
    if (container.inode === null) {
      const why = container.status === 'exited' ? `it exited with status ${container.exitCode}` : `it is ${container.status}`;
      return tell('container-not-running', `the container ${wanted} does not run: ${why}`, `docker start ${wanted} starts it`);
    }
    if (container.inode !== host.inode) return [];
    return tell(
      'container-on-host',
      `the container ${wanted} is in the host's own namespace`,
      'start it with --network none, or another network of its own',
    );
  });
}

const markOf = (resource: Resource): string => String(resource.props['mark']);

export const netns: Kind = {
  name: 'netns',
  stage: () => 0,
  inPlace: (field) => field !== 'container',
  defaults: ({ props: { container } }) => (container === undefined ? { default_rules: DEFAULT_RULES } : { default_rules: null }),
  find: ({ observation, desired }) => find(observation, desired),
  create: (after) => {
    const { altname } = after.definition as NetnsDefinition;
    const { container } = after.props;
    if (altname === undefined) return [{ op: 'netns-add', netns: after.netns, alias: markOf(after) }];
    return [{ op: 'netns-attach', netns: after.netns, container: String(container), alias: markOf(after), altname }];
  },
  update: (before, after, fields) => [
    ...(fields.some(({ field }) => field === 'mark')
      ? [{ op: 'link-set' as const, netns: after.netns, name: 'lo', attributes: { alias: markOf(after) } }]
      : []),
    ...(Array.isArray(before.props['default_rules']) ? addMissingRules(after.netns, before.props['default_rules'] as string[]) : []),
  ],
  delete: ({ netns: name, definition }) => {
    const altname = (definition as NetnsDefinition | undefined)?.altname;
    if (altname === undefined) return [{ op: 'netns-delete', netns: name }];
    return [
      { op: 'link-set', netns: name, name: 'lo', attributes: { alias: '' } },
      { op: 'altname-delete', netns: name, name: 'lo', altname },
      { op: 'netns-detach', netns: name },
    ];
  },
  title: (resource) => `netns ${resource.netns} (node ${parseMark(markOf(resource))?.object ?? '?'})`,
};
