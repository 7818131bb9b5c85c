import type { Plan } from '../model/plan.js';
import { HOST } from '../model/state.js';
import { touchedBy } from '../model/touched.js';

export interface Leaving {
  readonly netns: string;
  /** Index of the last action that may change something there. */
  readonly after: number;
}

/** Namespaces in the order in which the plan has done with them; the host's, and what is done to the end (`Action.finish`), is not among them. */
export function leavingsOf({ actions }: Plan): readonly Leaving[] {
  const last = new Map<string, number>();
  const never = new Set([HOST]);
  let everywhere = -1;
  for (const [index, { operations, finish = [] }] of actions.entries()) {
    for (const operation of operations) {
      const touched = touchedBy(operation);
      if (touched === null) everywhere = index;
      else for (const netns of touched) last.set(netns, index);
    }
    for (const { netns } of finish) never.add(netns);
  }
  return [...last]
    .filter(([netns]) => !never.has(netns))
    .map(([netns, after]) => ({ netns, after: Math.max(after, everywhere) }))
    .sort((a, b) => a.after - b.after);
}
