import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import { stateOf, type Resource, type ResourceId, type State } from '../model/state.js';
import { KINDS } from './index.js';

/** The lab's state as the kernel has it, in the same normal form as the desired one, and what stands in its way. */
export function findState(observation: Observation, desired: State): { readonly state: State; readonly conflicts: readonly Diagnostic[] } {
  const interfaces = new Map<string, ResourceId>();
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  const linkAt = (netns: string, dev: string): ResourceId | undefined => interfaces.get(`${netns}/${dev}`);
  for (const kind of KINDS) {
    const found = kind.find({ observation, desired, linkAt });
    conflicts.push(...found.conflicts);
    for (const resource of found.resources) {
      resources.push(resource);
      for (const { netns, name } of kind.interfaces?.(resource) ?? []) interfaces.set(`${netns}/${name}`, resource.id);
    }
  }
  return { state: stateOf(desired.lab, resources), conflicts };
}
