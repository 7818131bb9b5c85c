/** Links without another end (vxlan, macvlan): found by their marks, and where a mark is missing by their names. */
import type { Diagnostic } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation } from '../model/observation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext, Found } from './kind.js';
import { containerNamespaces, foreign, isOwnLink, labNamespaces, markedId, otherType, unmarkedOfLab } from './ownership.js';

export interface FoundLink {
  readonly ns: NetnsObservation;
  readonly link: LinkObservation;
  readonly id: ResourceId;
  /** The namespace is not the lab's alone. */
  readonly isShared: boolean;
}

/** The lab's links of the type, and foreign links in the way of desired ones. */
export function findLinks(type: string, context: FindContext, observed: (found: FoundLink) => Resource): Found {
  const { observation, desired, linkAt } = context;
  const resources = new Map<ResourceId, Resource>();
  const conflicts: Diagnostic[] = [];
  const containers = new Set(containerNamespaces(observation, desired.lab));
  for (const ns of [observation.host, ...labNamespaces(observation, desired.lab)]) {
    const isShared = ns.netns === HOST || containers.has(ns);
    for (const link of ns.links) {
      const byName = `${type}:${ns.netns}/${link.name}`;
      const wanted = desired.resources.get(byName);
      const id = link.type === type ? idOf(link, `${type}:${ns.netns}/`, wanted, desired.lab, isShared) : null;
      if (id !== null) {
        if (!resources.has(id) || id === byName) resources.set(id, observed({ ns, link, id, isShared }));
      } else if (isShared && wanted !== undefined && linkAt(ns.netns, link.name) === undefined && !isOwnLink(link, desired.lab)) {
        const where = ns.netns === HOST ? '' : ` in ${ns.netns}`;
        conflicts.push(
          foreign('foreign-link', `a link named ${link.name}${where}`, wanted, parseMark(link.alias)?.lab ?? null, otherType(link, type)),
        );
      }
    }
  }
  return { resources: [...resources.values()], conflicts };
}

function idOf(link: LinkObservation, prefix: string, wanted: Resource | undefined, lab: string, isShared: boolean): ResourceId | null {
  const marked = markedId(link, lab);
  if (marked?.startsWith(prefix) === true) return marked;
  const isOurs = isShared ? unmarkedOfLab(link, lab) : link.alias === '';
  return wanted !== undefined && isOurs ? wanted.id : null;
}
