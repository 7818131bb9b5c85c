import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import { stateOf, type FieldOf, type Resource, type ResourceId, type State } from '../model/state.js';
import { KINDS } from './index.js';

interface Interface {
  readonly id: ResourceId;
  readonly prefix: string;
}

/** The lab's state as the kernel has it, in the same normal form as the desired one, and what stands in its way. */
export function findState(observation: Observation, desired: State): { readonly state: State; readonly conflicts: readonly Diagnostic[] } {
  const interfaces = new Map<string, Interface>();
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  const strangers = new Set<ResourceId>();
  const linkAt = (netns: string, dev: string): ResourceId | undefined => interfaces.get(`${netns}/${dev}`)?.id;
  const fieldAt = (netns: string, dev: string, attribute: string): readonly FieldOf[] => {
    const link = interfaces.get(`${netns}/${dev}`);
    return link === undefined ? [] : [{ id: link.id, field: link.prefix + attribute }];
  };
  for (const kind of KINDS) {
    const found = kind.find({ observation, desired, linkAt, fieldAt });
    for (const conflict of found.conflicts) conflicts.push(conflict);
    for (const one of found.resources) {
      // What stands on a link that is somebody else's is theirs too.
      const resource = strangers.size > 0 && isTheirs(one, desired, strangers) ? { ...one, keep: true } : one;
      resources.push(resource);
      for (const { netns, name, prefix = '' } of kind.interfaces?.(resource) ?? []) {
        interfaces.set(`${netns}/${name}`, { id: resource.id, prefix });
        if (resource.keep === true) strangers.add(resource.id);
      }
    }
  }
  return { state: stateOf(desired.lab, resources), conflicts };
}

function isTheirs({ id, needs }: Resource, desired: State, strangers: ReadonlySet<ResourceId>): boolean {
  return needs.some((needed) => strangers.has(needed)) && !desired.resources.has(id);
}
