/** The namespace of a container: its name and its marks are topo's, the namespace is the container's. */
import { LABELS } from '../model/container.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { containerMark, containerOf } from '../model/lo-marks.js';
import { mark } from '../model/names.js';
import type { ContainerObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { Props, PropValue, Resource, State } from '../model/state.js';
import { containerId, RUNTIME } from './ids-of-containers.js';
import { filesOf } from './netns-files.js';
import { loOf, netnsId, type NetnsDefinition } from './ownership.js';

export interface NetnsContainer {
  /** `started` by topo, or somebody else's. */
  readonly kind: 'started' | 'attached';
  readonly name: string;
  /** A container of this lab: it has to be there first. */
  readonly own: boolean;
}

export interface ContainerNetnsSpec {
  readonly lab: string;
  readonly netns: string;
  readonly node: string;
  readonly names: string;
  readonly path: string;
  readonly at: SourceRange;
}

export function ofContainer({ lab, netns, node, names, path, at }: ContainerNetnsSpec, { kind, name, own }: NetnsContainer): Resource {
  const definition: NetnsDefinition = { ignore: [], altname: containerMark(kind, lab, node) };
  return {
    id: netnsId(netns),
    kind: 'netns',
    netns,
    props: { mark: mark(lab, node), default_rules: null, names, container: name },
    needs: own ? [RUNTIME, containerId(name)] : [RUNTIME],
    definition,
    path,
    at,
  };
}

const GONE = 'one that is gone';

/** The namespace of a container that runs, or that of one that did when the name was given. */
export function foundOfContainer(ns: NetnsObservation, observation: Observation, desired: State, props: Props): Resource {
  const altnames = loOf(ns)?.altnames ?? [];
  const altname = altnames.find((one) => containerOf([one], desired.lab) !== null) ?? '';
  const found = observation.containers?.found.filter(({ inode }) => inode !== null && inode === ns.inode) ?? [];
  const wanted = desired.resources.get(netnsId(ns.netns))?.props['container'];
  // Several containers may share a namespace.
  const isStarted = containerOf([altname], desired.lab) === 'started';
  const ofThatKind = ({ labels }: ContainerObservation): boolean => (labels[LABELS.lab] === desired.lab) === isStarted;
  const container = found.find((one) => isCalled(one, wanted)) ?? found.find(ofThatKind) ?? found[0];
  const own = container?.labels[LABELS.lab] === desired.lab;
  const name = container === undefined ? GONE : isCalled(container, wanted) ? wanted : container.name;
  return {
    id: netnsId(ns.netns),
    kind: 'netns',
    netns: ns.netns,
    props: { ...props, default_rules: null, container: name },
    needs: own ? [RUNTIME, containerId(container.name)] : [RUNTIME],
    goesWith: own ? [containerId(container.name)] : [],
    outlived: true,
    definition: { ignore: [], altname },
  };
}

/** By name or by id, or by what the id begins with. */
const isCalled = ({ name, id }: ContainerObservation, wanted: PropValue | undefined): wanted is string =>
  typeof wanted === 'string' && (name === wanted || id.startsWith(wanted));

/** Containers that the file names and that are not topo's: each must be there, run, and have a namespace of its own. */
export function missingContainers({ containers, host }: Observation, desired: State): readonly Diagnostic[] {
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
    const message = `the container ${wanted} is in the host's own namespace`;
    return tell('container-on-host', message, 'start it with --network none, or another network of its own');
  });
}

export function attach(after: Resource, altname: string): readonly Operation[] {
  const { netns, props } = after;
  const files = filesOf(after);
  return [
    { op: 'netns-attach', netns, container: String(props['container']), alias: String(props['mark']), altname },
    ...(files === '' ? [] : [{ op: 'node-files-link' as const, netns, folder: files }]),
  ];
}

export function detach({ netns, props }: Resource, altname: string): readonly Operation[] {
  return [
    { op: 'link-set', netns, name: 'lo', attributes: { alias: '' } },
    { op: 'altname-delete', netns, name: 'lo', altname },
    ...(props['names'] === '' ? [] : [{ op: 'node-files-link' as const, netns, folder: '' }]),
    { op: 'netns-detach', netns },
  ];
}
