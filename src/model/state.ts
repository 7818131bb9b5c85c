/** Desired and observed state: two values of one type. */
import type { SourceRange } from './diagnostic.js';
import type { Move } from './moves.js';

/** `kind:netns/name`, unique in a lab. */
export type ResourceId = string;

/** The name under which the host's own namespace goes; no node or namespace can have it. */
export const HOST = 'host';

export type PropValue = string | number | boolean | null | readonly PropValue[] | { readonly [key: string]: PropValue };
export type Props = { readonly [key: string]: PropValue };

/** One kernel object in normal form: equal objects have equal props, on the desired and the observed side. */
export interface Resource<P extends Props = Props> {
  readonly id: ResourceId;
  readonly kind: string;
  /** The namespace that holds it, `HOST` for the host's own. */
  readonly netns: string;
  readonly props: P;
  /** What must exist before it; deleting goes the other way round. Ids that are in no state are ignored. */
  readonly needs: readonly ResourceId[];
  /** The kernel deletes it along with any of these. */
  readonly goesWith?: readonly ResourceId[];
  /** It is in one of these and outlives it: made anew with it, and deleted before. */
  readonly remadeWith?: readonly ResourceId[];
  /** The kernel may delete it along with any of these, depending on what else there is. */
  readonly mayGoWith?: readonly ResourceId[];
  /** The kernel may delete or alter it when one of these fields changes in place. */
  readonly mayGoWithChange?: readonly FieldOf[];
  /** Observed only: the object is not the lab's to delete (a host-wide setting, an undeletable thing). Never deleted by a plan. */
  readonly keep?: boolean;
  /** Observed only: it had another name, or stands on what had one (`moved`). */
  readonly moved?: boolean;
  /** Observed only: somebody else's so far, and taken over (`--adopt`). */
  readonly foreign?: boolean;
  /** Observed only: something is to be written to it that is compared with nothing. */
  readonly unrecorded?: boolean;
  /** Observed only: what `goesWith` it stays when it is deleted (the namespace of a container lives on without its name). */
  readonly outlived?: boolean;
  /** What is known of it and compared with nothing, such as since when it is there. */
  readonly facts?: Props;
  /** Desired only: what its creation needs beyond the props that are compared. */
  readonly definition?: unknown;
  /** Where the file asks for it, in its words: `nodes.web.ports[0]`. */
  readonly path?: string;
  readonly at?: SourceRange;
}

/** A field of a resource. */
export interface FieldOf {
  readonly id: ResourceId;
  readonly field: string;
}

export interface State {
  readonly lab: string;
  readonly resources: ReadonlyMap<ResourceId, Resource>;
  /** Desired only: nodes, hosts and networks of the file, as it calls them: `nodes.web`. Absent: there is no file. */
  readonly subjects?: ReadonlySet<string>;
  /** Desired only; absent: none. */
  readonly moves?: readonly Move[];
}

/** Makes a state; two resources with one id are a broken invariant. */
export function stateOf(lab: string, resources: Iterable<Resource>): State {
  const map = new Map<ResourceId, Resource>();
  for (const resource of resources) {
    if (map.has(resource.id)) throw new Error(`two resources with the id ${resource.id}`);
    map.set(resource.id, resource);
  }
  return { lab, resources: map };
}
