import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { FieldChange } from '../model/plan.js';
import type { Resource, State } from '../model/state.js';

/** What a kind finds in an observation. */
export interface Found {
  readonly resources: readonly Resource[];
  /** Foreign objects in the way of desired ones: nothing is done while there are any. */
  readonly conflicts: readonly Diagnostic[];
}

/** All that the program knows of one kind of kernel object. */
export interface Kind {
  readonly name: string;
  /**
   * Where free choice of order is left, lower stages go first; within stages from `WITHIN_NETNS` on, all of one
   * namespace goes together, so that it fits in few messages.
   */
  readonly stage: number;
  /** Fields that can change in place; a change of any other forces a replacement. */
  readonly inPlace: ReadonlySet<string>;
  /** The lab's objects of this kind, and what is in the way of the desired ones. */
  find(observation: Observation, desired: State): Found;
  create(after: Resource): readonly Operation[];
  update(before: Resource, after: Resource, fields: readonly FieldChange[]): readonly Operation[];
  delete(before: Resource): readonly Operation[];
  /** For people: `veth web:eth0 <-> host:vt1234`. */
  title(resource: Resource): string;
}

export const WITHIN_NETNS = 10;
