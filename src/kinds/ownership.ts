/** Whose a kernel object is, by the marks in the kernel. */
import type { Diagnostic } from '../model/diagnostic.js';
import { labGroup, parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';

/** What else the program must know of a desired namespace. */
export interface NetnsDefinition {
  readonly ignore: readonly string[];
}

export const netnsId = (netns: string): ResourceId => `netns:${netns}`;

/** Namespaces that carry the lab's mark on their lo. Every kind asks for them. */
export function ownNamespaces(observation: Observation, lab: string): readonly NetnsObservation[] {
  const known = owned.get(observation);
  if (known?.lab === lab) return known.namespaces;
  const namespaces = observation.namespaces.filter((ns) => netnsMark(ns)?.lab === lab);
  owned.set(observation, { lab, namespaces });
  return namespaces;
}

const owned = new WeakMap<Observation, { readonly lab: string; readonly namespaces: readonly NetnsObservation[] }>();

export function netnsMark(ns: NetnsObservation): ReturnType<typeof parseMark> {
  const lo = ns.links.find((link) => link.name === 'lo');
  return lo === undefined ? null : parseMark(lo.alias);
}

/** The id that the lab's mark on the link names, or null. */
export function markedId(link: LinkObservation, lab: string): ResourceId | null {
  const found = parseMark(link.alias);
  return found?.lab === lab ? found.object : null;
}

/** Made by the lab, but killed before the mark was written: the group says so from the first moment. */
export function unmarkedOfLab(link: LinkObservation, lab: string): boolean {
  return link.alias === '' && link.group === labGroup(lab);
}

/** `needs` of what lives in a namespace: nothing for the host's own. */
export function netnsNeeds(netns: string): readonly ResourceId[] {
  return netns === HOST ? [] : [netnsId(netns)];
}

export function foreign(code: string, what: string, wanted: Resource, owner: string | null): Diagnostic {
  return {
    code,
    severity: 'error',
    message: `${what} exists already and ${owner === null ? "is not marked as topo's" : `belongs to the lab ${owner}`}`,
    ...(wanted.at === undefined ? {} : { at: wanted.at }),
    hint: 'topo changes nothing that it did not make: choose another name, or remove the object yourself',
  };
}
