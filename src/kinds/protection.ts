/**
 * That a node, a network or the lab is not to be destroyed: a name of a lo says so, the node's own or that of the home of the
 * network, so that it holds for whoever comes without the file as well.
 */
import type { SourceRange } from '../model/diagnostic.js';
import { protectedBy, protectedMark, type Protected } from '../model/lo-marks.js';
import type { NetnsObservation } from '../model/observation.js';
import { PROTECTION, type ProtectionDefinition } from '../model/protection.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import { containerId } from './ids-of-containers.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { containerNamespaces, labNamespaces, loOf, netnsId, netnsMark, netnsNeeds } from './ownership.js';

export interface ProtectionSpec {
  readonly lab: string;
  /** As the file calls it: `nodes.web`, `networks.front`; '' for the lab. */
  readonly subject: string;
  /** Whose lo has the name. */
  readonly netns: string;
  /** Of a network. */
  readonly driver?: string;
  /** What is protected. */
  readonly objects: readonly ResourceId[];
  readonly path: string;
  readonly at: SourceRange;
}

export function protectionResource({ lab, subject, netns, driver, objects, path, at }: ProtectionSpec): Resource {
  const what = driver === undefined ? { subject } : { subject, driver };
  return { ...protectionOf(lab, netns, what, objects), path, at };
}

const idOf = (netns: string, subject: string): ResourceId => `${PROTECTION}:${netns}/${subject === '' ? 'lab' : subject}`;

function protectionOf(lab: string, netns: string, what: Protected, objects: readonly ResourceId[]): Resource {
  const own = netnsNeeds(netns);
  const { subject, driver } = what;
  const definition: ProtectionDefinition = { ...what, objects };
  return {
    id: idOf(netns, subject),
    kind: PROTECTION,
    netns,
    props: { subject, mark: protectedMark(lab, subject, driver) },
    needs: own,
    goesWith: own,
    definition,
  };
}

function find(context: FindContext): Found {
  const { observation } = context;
  const { lab } = context.desired;
  const namespaces = [observation.host, ...labNamespaces(observation, lab)];
  const resources = namespaces.flatMap((ns) =>
    protectedBy(loOf(ns)?.altnames ?? [], lab).map((what) => protectionOf(lab, ns.netns, what, objectsOf(ns, what.subject, context))),
  );
  return { resources, conflicts: [] };
}

function objectsOf(ns: NetnsObservation, subject: string, context: FindContext): readonly ResourceId[] {
  const { observation } = context;
  const { lab } = context.desired;
  const name = subject.slice(subject.indexOf('.') + 1);
  if (subject.startsWith('networks.')) {
    const altname = `topo.${lab}.${name}`;
    const bridges = ns.links.filter(({ type, altnames }) => type === 'bridge' && altnames.includes(altname));
    return [...bridges.map((link) => `bridge:${ns.netns}/${link.name}`), ...formerTunnels(ns, subject, context)];
  }
  if (subject === '' || ns.netns === HOST) return subject === '' ? [] : [`joined:${ns.netns}/${name}`];
  if (netnsMark(ns)?.object !== name) return [`joined:${ns.netns}/${name}`];
  return protectedOfNode(ns.netns, containerNamespaces(observation, lab).includes(ns));
}

/** A tunnel that is called by its number (flannel) has another name with another number. */
function formerTunnels({ netns, links }: NetnsObservation, subject: string, { desired }: FindContext): readonly ResourceId[] {
  const own = desired.resources.get(idOf(netns, subject))?.definition as ProtectionDefinition | undefined;
  const is = (id: ResourceId): boolean => links.some(({ type, name }) => id === `${type}:${netns}/${name}`);
  const isNew = own?.objects.some((id) => NUMBERED.test(id) && !is(id)) === true;
  const all = isNew ? links.filter(({ type }) => type === 'vxlan').map(({ name }) => `vxlan:${netns}/${name}`) : [];
  return all.filter((id) => NUMBERED.test(id) && !desired.resources.has(id));
}

const NUMBERED = /^vxlan:.*\/flannel\.\d+$/;

/** A container that comes back has another namespace: that the name goes over to it destroys nothing. */
const protectedOfNode = (netns: string, isContainer: boolean): readonly ResourceId[] => [isContainer ? containerId(netns) : netnsId(netns)];

function altname(op: 'altname-add' | 'altname-delete', { netns, props }: Resource): ReturnType<Kind['create']> {
  return [{ op, netns, name: 'lo', altname: String(props['mark']) }];
}

export const protection: Kind = {
  name: PROTECTION,
  stage: () => WITHIN_NETNS + 1,
  inPlace: () => false,
  defaults: ({ props }) => props,
  find,
  create: (after) => altname('altname-add', after),
  update: () => [],
  delete: (before) => altname('altname-delete', before),
  title: ({ props: { subject } }) => `protection of ${subject === '' ? 'the lab' : String(subject)}`,
};
