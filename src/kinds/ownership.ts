/** Whose a kernel object is, by the marks in the kernel. */
import type { Diagnostic } from '../model/diagnostic.js';
import { containerOf } from '../model/lo-marks.js';
import { labGroup, parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import { HOST, type Resource, type ResourceId, type State } from '../model/state.js';

/** What else the program must know of a desired namespace. */
export interface NetnsDefinition {
  readonly ignore: readonly string[];
  /** Of a container's: the name of lo that says so. */
  readonly altname?: string;
}

export const netnsId = (netns: string): ResourceId => `netns:${netns}`;

/** Namespaces that the lab made: all that is in them is the lab's to judge. Every kind asks for them. */
export function ownNamespaces(observation: Observation, lab: string): readonly NetnsObservation[] {
  return namespacesOf(observation, lab).own;
}

/** Those of containers that are nodes, and adopted ones: only what carries the lab's mark, or stands on what does, is the lab's there. */
export function containerNamespaces(observation: Observation, lab: string): readonly NetnsObservation[] {
  return namespacesOf(observation, lab).containers;
}

/** Both: where the lab's own objects may be, whoever else is there. */
export function labNamespaces(observation: Observation, lab: string): readonly NetnsObservation[] {
  const { own, containers } = namespacesOf(observation, lab);
  return containers.length === 0 ? own : [...own, ...containers];
}

interface Namespaces {
  readonly lab: string;
  readonly own: readonly NetnsObservation[];
  readonly containers: readonly NetnsObservation[];
}

function namespacesOf(observation: Observation, lab: string): Namespaces {
  const known = found.get(observation);
  if (known?.lab === lab) return known;
  const marked = observation.namespaces.filter((ns) => netnsMark(ns)?.lab === lab);
  const containers = marked.filter((ns) => containerKindOf(ns, lab) !== null);
  const own = containers.length === 0 ? marked : marked.filter((ns) => !containers.includes(ns));
  const namespaces = { lab, own, containers };
  found.set(observation, namespaces);
  return namespaces;
}

const found = new WeakMap<Observation, Namespaces>();

/** How the namespace came to the lab; null: topo made it. */
export function containerKindOf(ns: NetnsObservation, lab: string): ReturnType<typeof containerOf> {
  const lo = loOf(ns);
  if (lo?.claimed !== undefined && parseMark(lo.alias)?.lab !== lab) return 'adopted';
  return containerOf(lo?.altnames ?? [], lab);
}

/** A container's namespace is to have that name. */
export function isContainerToBe(netns: string, { resources }: State): boolean {
  const wanted = resources.get(netnsId(netns));
  return wanted !== undefined && 'container' in wanted.props;
}

/** Of a link in namespaces that the lab made and others follow: the kernel takes them apart some time after they lost their names. */
export const remadeIn = (namespaces: readonly ResourceId[]): Pick<Resource, 'remadeWith'> =>
  namespaces.length === 0 ? {} : { remadeWith: namespaces };

export function loOf(ns: NetnsObservation): LinkObservation | undefined {
  return ns.links.find((link) => link.name === 'lo');
}

export function netnsMark(ns: NetnsObservation): ReturnType<typeof parseMark> {
  const lo = loOf(ns);
  return lo === undefined ? null : parseMark(lo.claimed ?? lo.alias);
}

/** The id that the lab's mark on the link names, or null. */
export function markedId(link: LinkObservation, lab: string): ResourceId | null {
  const known = parseMark(link.claimed ?? link.alias);
  return known?.lab === lab ? known.object : null;
}

/** Made by the lab, but killed before the mark was written: the group says so from the first moment. */
export function unmarkedOfLab(link: LinkObservation, lab: string): boolean {
  return link.alias === '' && link.claimed === undefined && link.group === labGroup(lab);
}

/** A link of a type that the lab makes, and the lab's: the kind of that type finds it. */
export function isOwnLink(link: LinkObservation, lab: string): boolean {
  if (!OWN_TYPES.has(link.type)) return false;
  return markedId(link, lab)?.startsWith(`${link.type}:`) === true || unmarkedOfLab(link, lab);
}

const OWN_TYPES = new Set(['bridge', 'veth', 'vxlan', 'macvlan']);

/** `needs` of what lives in a namespace: nothing for the host's own. */
export function netnsNeeds(netns: string): readonly ResourceId[] {
  return netns === HOST ? [] : [netnsId(netns)];
}

/** `needs` of what stands on a link there. */
export function onLink(netns: string, link: ResourceId): readonly ResourceId[] {
  return netns === HOST ? [link] : [netnsId(netns), link];
}

/** `obstacle`: why `--adopt` cannot take it over, where nobody but that is in the way. */
export function foreign(code: string, what: string, wanted: Resource, owner: string | null, obstacle?: string): Diagnostic {
  return {
    code,
    severity: 'error',
    message: `${what} exists already and ${owner === null ? "is not marked as topo's" : `belongs to the lab ${owner}`}`,
    ...(wanted.at === undefined ? {} : { at: wanted.at }),
    hint:
      owner !== null
        ? elsewhere('choose another name', owner)
        : obstacle === undefined
          ? 'topo apply --adopt takes it over as it is; or choose another name, or remove the object yourself'
          : `${obstacle}: choose another name, or remove the object yourself`,
  };
}

/** What is another lab's goes with that lab: by hand it would be that lab's drift. */
export const elsewhere = (first: string, lab: string): string => `${first}; topo destroy --lab ${lab} removes the lab ${lab}`;

/** Why a link cannot be taken over as one of that type; undefined if it can. */
export function otherType({ type }: LinkObservation, wanted: string): string | undefined {
  return type === wanted ? undefined : `it is ${type === '' ? 'hardware' : `a ${type}`} and no ${wanted}, and cannot be taken over`;
}
