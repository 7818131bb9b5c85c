import type { Diagnostic } from '../model/diagnostic.js';
import type { ExposedPort, OpenNetwork } from '../model/exposure.js';
import type { Observation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { FieldChange } from '../model/plan.js';
import type { FieldOf, Props, PropValue, Resource, ResourceId, State } from '../model/state.js';

/** What a kind finds in an observation. */
export interface Found {
  readonly resources: readonly Resource[];
  /** Foreign objects in the way of desired ones: nothing is done while there are any; warnings only tell. */
  readonly conflicts: readonly Diagnostic[];
}

/** What a kind looks at. */
export interface FindContext {
  readonly observation: Observation;
  readonly desired: State;
  /** What is somebody else's and wanted is taken over. */
  readonly adopt?: boolean;
  /** Which of the lab's links an interface is; kinds that make interfaces are asked first. */
  linkAt(netns: string, dev: string): ResourceId | undefined;
  /** Where an attribute of one of those interfaces stands, as a list of one, or of none. */
  fieldAt(netns: string, dev: string, attribute: string): readonly FieldOf[];
}

/** The plan that an object is part of. */
export interface Around {
  /** The plan makes that object, anew or for the first time. */
  readonly isNew: (id: ResourceId) => boolean;
  /** Whether an address that comes is worth a word to all neighbours. `address`: as the kind `tells` it. */
  readonly isTold: (kind: string, address: string) => boolean;
}

/** All that the program knows of one kind of kernel object. */
export interface Kind {
  readonly name: string;
  /** Its fields are entries of a table. Those of one that goes by itself are named: its id says nothing of them. */
  readonly isTable?: true;
  /**
   * Where free choice of order is left, lower stages go first; within stages from `WITHIN_NETNS` on, all of one
   * namespace goes together, so that it fits in few messages.
   */
  readonly stage: (resource: Resource) => number;
  /** Whether a change of the field can be made in place; otherwise it forces a replacement. */
  readonly inPlace: (field: string, from: PropValue, to: PropValue) => boolean;
  /** What fields are when nobody asks for anything, or what the title says already: not worth a line in the plan of a creation. */
  defaults(resource: Resource): Props;
  /** Values of fields that only those objects carry in which they are others. */
  readonly usual?: Props;
  /** The value of a property as reports show it, beside that of the other side of a change; absent: as it is. */
  hidden?(field: string, value: PropValue, before?: PropValue): PropValue;
  /** The lab's objects of this kind, and what is in the way of the desired ones. */
  find(context: FindContext): Found;
  /** The interfaces that the object is or has; their attributes are its fields, with the prefix if there is one. */
  interfaces?(resource: Resource): readonly { readonly netns: string; readonly name: string; readonly prefix?: string }[];
  create(after: Resource): readonly Operation[];
  /** The rest of a creation or an update, behind the operations of all actions. */
  finish?(after: Resource, before: Resource | null, around: Around): readonly Operation[];
  /** Addresses of which neighbours hear when the object comes. */
  tells?(resource: Resource): readonly string[];
  /** Makes sure of an object that the kernel may have taken along with another one; absent: as `create`. */
  restore?(after: Resource, fields: readonly FieldChange[]): readonly Operation[];
  update(before: Resource, after: Resource, fields: readonly FieldChange[]): readonly Operation[];
  delete(before: Resource): readonly Operation[];
  /** Ports of the host by which the object lets others in. */
  exposes?(resource: Resource): readonly ExposedPort[];
  /** Networks of which all ports of all nodes are reached by others by way of it. `has`: the state has that object too. */
  opens?(resource: Resource, has: (id: ResourceId) => boolean): readonly OpenNetwork[];
  /** Those that are so where an object that is wanted is missing, and the interfaces are there. `has`: the wanted state has that object too. */
  opensWithout?(
    wanted: Resource,
    has: (id: ResourceId) => boolean,
    isThere: (netns: string, name: string) => boolean,
  ): readonly OpenNetwork[];
  /** For people: `veth web:eth0 <-> host:vt1234`. */
  title(resource: Resource): string;
}

export const WITHIN_NETNS = 10;
/** Behind all namespaces: what they are told of each other. */
export const BEHIND = 800;
/** What runs in what the others have made. */
export const LAST = 900;
