import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindOf } from '../../src/kinds/index.js';
import type { Action } from '../../src/model/plan.js';
import type { Resource, ResourceId, State } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';
import { desiredState, goesWithChange, observedState } from './arbitrary-state.js';

/** The rules by which objects come and go, as the kernel keeps them: nothing without what it needs, dependants go along. */
class Rules {
  readonly objects: Map<ResourceId, Resource>;
  readonly everWanted: ReadonlySet<ResourceId>;

  constructor(observed: State, desired: State) {
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
    if (after.kind !== 'route' && after.kind !== 'neighbour') return after;
    const addresses = [...this.objects.values()].filter((other) => other.kind === 'address' && other.netns === after.netns);
    return { ...after, mayGoWith: addresses.map((other) => other.id), ...goesWithChange(after) };
  }

  private remove(action: Action, before: Resource, takesAlong: (id: ResourceId) => boolean): void {
    const takenAlong = (other: Resource): boolean => [...(other.goesWith ?? []), ...(other.mayGoWith ?? [])].includes(before.id);
    const dependants = [...this.objects.values()].filter((other) => other.needs.includes(before.id) && !takenAlong(other));
    const standing = dependants.find((other) => other.kind !== 'veth' || before.kind === 'netns');
    if (standing !== undefined) throw new Error(`${standing.id} still stands on ${before.id}`);
    if (action.operations.length === 0 && before.goesWith === undefined && !kindOf(before.kind).delete(before).every(isHostLink)) {
      throw new Error(`nothing deletes ${before.id}`);
    }
    this.objects.delete(before.id);
    for (const other of [...this.objects.values()]) {
      if (other.mayGoWith?.includes(before.id) === true && takesAlong(other.id)) this.objects.delete(other.id);
    }
  }
}

/** Deleted by the group deletion of another action. */
const isHostLink = (operation: { readonly op: string; readonly netns: string }): boolean =>
  operation.op === 'link-delete' && operation.netns === 'host';

const run = (desired: State, observed: State, actions: readonly Action[], takesAlong: (id: ResourceId) => boolean): State => {
  const rules = new Rules(observed, desired);
  for (const action of actions) rules.run(action, takesAlong);
  const { objects } = new Rules({ lab: observed.lab, resources: rules.objects }, desired);
  return { lab: observed.lab, resources: objects };
};

describe('every plan', () => {
  it('leads from any state to any state, deletes nothing under a dependant, and leaves nothing to do', () => {
    fc.assert(
      fc.property(desiredState, observedState, fc.func(fc.boolean()), (desired, observed, takesAlong) => {
        const first = plan(desired, observed, kindOf);
        const after = run(desired, observed, first.actions, takesAlong);
        expect(plan(desired, after, kindOf).actions).toEqual([]);
        expect([...after.resources.keys()].sort()).toEqual([...desired.resources.keys()].sort());
      }),
      { numRuns: 600 },
    );
  });

  it('leads on from wherever it was stopped', () => {
    fc.assert(
      fc.property(desiredState, observedState, fc.nat(), (desired, observed, cut) => {
        const first = plan(desired, observed, kindOf);
        const part = run(desired, observed, first.actions.slice(0, cut % (first.actions.length + 1)), () => false);
        const rest = plan(desired, part, kindOf);
        expect(
          plan(
            desired,
            run(desired, part, rest.actions, () => false),
            kindOf,
          ).actions,
        ).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for the same input, byte for byte, and counts what it does', () => {
    fc.assert(
      fc.property(desiredState, observedState, (desired, observed) => {
        const first = plan(desired, observed, kindOf);
        expect(JSON.stringify(plan(structuredClone(desired), structuredClone(observed), kindOf))).toBe(JSON.stringify(first));
        const count = (action: string): number => first.actions.filter((one) => one.change.action === action).length;
        expect(first.summary).toEqual({ add: count('create'), change: count('update'), destroy: count('delete') });
      }),
      { numRuns: 200 },
    );
  });

  it('destroys a lab completely', () => {
    fc.assert(
      fc.property(observedState, (observed) => {
        const desired: State = { lab: observed.lab, resources: new Map() };
        const after = run(desired, observed, plan(desired, observed, kindOf).actions, () => true);
        expect([...after.resources.keys()]).toEqual([]);
      }),
    );
  });
});
