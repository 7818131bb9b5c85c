/** The rules by which objects come and go, as the kernel keeps them: nothing without what it needs, dependants go along. */
import { kindOf } from '../../src/kinds/index.js';
import type { Action } from '../../src/model/plan.js';
import type { Resource, ResourceId, State } from '../../src/model/state.js';
import { mayGoAlong } from './arbitrary-state.js';

class Rules {
  readonly objects: Map<ResourceId, Resource>;
  readonly everWanted: ReadonlySet<ResourceId>;

  constructor(
    observed: State,
    desired: State,
    private readonly byGroup: ReadonlySet<string>,
  ) {
    this.objects = new Map(observed.resources);
    for (const resource of observed.resources.values()) this.objects.set(resource.id, this.asObserved(resource));
    this.everWanted = new Set([...observed.resources.keys(), ...desired.resources.keys()]);
  }

  run(action: Action, takesAlong: (id: ResourceId) => boolean): void {
    const { change } = action;
    if (change.action === 'delete') return this.remove(action, change.before, takesAlong);
    const present = this.objects.has(action.id);
    if (change.action === 'create' && present) throw new Error(`${action.id} exists`);
    // What the kernel took along is put there again: by `restore`, or by a creation that minds nothing.
    if (change.action === 'update' && !present && kindOf(change.after.kind).restore === undefined)
      throw new Error(`${action.id} does not exist`);
    for (const id of change.after.needs) if (this.everWanted.has(id) && !this.objects.has(id)) throw new Error(`${action.id} needs ${id}`);
    this.objects.set(action.id, this.asObserved(change.after));
    if (change.action !== 'update') return;
    const fields = change.fields.map(({ field }) => ({ id: action.id, field }));
    for (const other of [...this.objects.values()]) {
      const touched = other.mayGoWithChange?.some((one) => fields.some(({ id, field }) => id === one.id && field === one.field));
      if (touched === true && takesAlong(other.id)) this.objects.delete(other.id);
    }
  }

  /** Only an observation knows what the kernel takes a route or a neighbour along with. */
  private asObserved(after: Resource): Resource {
    return ['route', 'neighbour', 'neighbours'].includes(after.kind) ? { ...after, ...mayGoAlong(this.objects.values(), after) } : after;
  }

  private remove(action: Action, before: Resource, takesAlong: (id: ResourceId) => boolean): void {
    const takenAlong = (other: Resource): boolean => [...(other.goesWith ?? []), ...(other.mayGoWith ?? [])].includes(before.id);
    const dependants = [...this.objects.values()].filter((other) => other.needs.includes(before.id) && !takenAlong(other));
    // A bridge lets its ports go.
    const standing = dependants.find((other) => !['veth', 'vxlan'].includes(other.kind) || before.kind === 'netns');
    if (standing !== undefined) throw new Error(`${standing.id} still stands on ${before.id}`);
    const isByGroup = kindOf(before.kind)
      .delete(before)
      .every((operation) => operation.op === 'link-delete' && this.byGroup.has(`${operation.netns}/${operation.name}`));
    if (action.operations.length === 0 && before.goesWith === undefined && !isByGroup) throw new Error(`nothing deletes ${before.id}`);
    this.objects.delete(before.id);
    for (const other of [...this.objects.values()]) {
      if (other.mayGoWith?.includes(before.id) === true && takesAlong(other.id)) this.objects.delete(other.id);
    }
  }
}

/** Links that the deletion of a group takes, which is another action's. */
function goingByGroup(actions: readonly Action[]): ReadonlySet<string> {
  const groups = actions.flatMap(({ operations }) => operations.filter((operation) => operation.op === 'group-delete'));
  return new Set(groups.flatMap(({ netns, names }) => names.map((name) => `${netns}/${name}`)));
}

/** What there is when the actions have been done; throws where the kernel would refuse one. */
export const run = (
  desired: State,
  observed: State,
  actions: readonly Action[],
  takesAlong: (id: ResourceId) => boolean,
  /** All actions of the plan, where only some are done. */
  whole = actions,
): State => {
  const rules = new Rules(observed, desired, goingByGroup(whole));
  for (const action of actions) rules.run(action, takesAlong);
  const { objects } = new Rules({ lab: observed.lab, resources: rules.objects }, desired, new Set());
  return { lab: observed.lab, resources: objects };
};
