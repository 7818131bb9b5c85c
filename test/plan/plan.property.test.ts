import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindOf } from '../../src/kinds/index.js';
import type { State } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';
import { desiredState, observedState } from './arbitrary-state.js';
import { run } from './kernel-rules.js';

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
        const part = run(desired, observed, first.actions.slice(0, cut % (first.actions.length + 1)), () => false, first.actions);
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
