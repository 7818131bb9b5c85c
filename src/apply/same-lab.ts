import type { Diagnostic } from '../model/diagnostic.js';
import type { State } from '../model/state.js';

/** Objects that a topology of that name would share with the one that made the observed state. */
const TELLING = new Set(['netns', 'bridge']);

/**
 * Whether the lab in the kernel can be an earlier form of this topology: two files of one name would destroy each
 * other's labs. If not a single namespace or bridge is common to both, that is taken for another file.
 */
export function otherFileOfThatName(desired: State, observed: State): Diagnostic | null {
  const there = [...observed.resources.values()].filter((resource) => TELLING.has(resource.kind));
  const wanted = [...desired.resources.values()].filter((resource) => TELLING.has(resource.kind));
  if (there.length === 0 || wanted.length === 0 || there.some((resource) => desired.resources.has(resource.id))) return null;
  const names = there.slice(0, 5).map((resource) => resource.id);
  const more = there.length > names.length ? ` and ${there.length - names.length} more` : '';
  return {
    code: 'lab-name-in-use',
    severity: 'error',
    message: `a lab named ${observed.lab} is in the kernel, and nothing of it is in this file: ${names.join(', ')}${more}`,
    hint: `give this lab another name, or remove that one first: topo destroy --lab ${observed.lab}`,
  };
}
