/** A part of a plan: without certain objects, and without what stands on them or they stand on. */
import type { Action, Plan } from '../model/plan.js';
import type { Resource, ResourceId } from '../model/state.js';

/** The plan itself where none of the objects is in it; otherwise less, possibly nothing. */
export function without(plan: Plan, held: ReadonlySet<ResourceId>): Plan {
  if (!plan.actions.some(({ id }) => held.has(id))) return plan;
  const left = connected(plan.actions, held);
  const actions = plan.actions.filter(({ id }) => !left.has(id));
  if (isGathered(plan.actions, left)) return { ...plan, actions: [] };
  return { ...plan, actions };
}

/** The objects and all that are tied to them, by what they need, within these actions. */
function connected(actions: readonly Action[], from: ReadonlySet<ResourceId>): ReadonlySet<ResourceId> {
  const neighbours = new Map<ResourceId, Set<ResourceId>>(actions.map(({ id }) => [id, new Set()]));
  for (const action of actions) {
    for (const needed of resourcesOf(action).flatMap(tiesOf)) {
      if (!neighbours.has(needed)) continue;
      neighbours.get(action.id)!.add(needed);
      neighbours.get(needed)!.add(action.id);
    }
  }
  const queue = [...from].filter((id) => neighbours.has(id));
  const found = new Set(queue);
  for (const id of queue) {
    for (const other of neighbours.get(id)!) {
      if (found.has(other)) continue;
      found.add(other);
      queue.push(other);
    }
  }
  return found;
}

const tiesOf = ({ needs, goesWith = [], remadeWith = [], mayGoWith = [] }: Resource): readonly ResourceId[] => [
  ...needs,
  ...goesWith,
  ...remadeWith,
  ...mayGoWith,
];

function resourcesOf({ change }: Action): readonly Resource[] {
  if (change.action === 'create') return [change.after];
  return change.action === 'delete' ? [change.before] : [change.before, change.after];
}

/** The last deletion of a group of links does the work of all of them. */
function isGathered(actions: readonly Action[], left: ReadonlySet<ResourceId>): boolean {
  const isGroup = actions.some(({ operations }) => operations.some(({ op }) => op === 'group-delete'));
  return isGroup && actions.some(({ id, change }) => change.action === 'delete' && left.has(id));
}
