/** The planner's properties over the whole language: labs of networks over hosts, LANs, routers and cables, and what somebody has lost of one. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindOf } from '../../src/kinds/index.js';
import { stateOf, type Resource, type State } from '../../src/model/state.js';
import { expand } from '../../src/networks/expand.js';
import { plan } from '../../src/plan/plan.js';
import { loadTopology } from '../../src/topology/load.js';
import { tried } from '../conformance/tried.js';
import { anyLab } from '../system/promises/any-state/labs.js';
import { DRAWN, LONG, SEED } from '../thoroughness.js';
import { mayGoAlong } from './arbitrary-state.js';
import { run } from './kernel-rules.js';

const RUNS = LONG ? 5000 : 150;

function stateOfText(text: string): State {
  const { topology } = loadTopology({ file: 'any.yaml', bytes: new TextEncoder().encode(text) }, {});
  return expand(topology!).state;
}

/** What the kernel may have of a lab: all but some objects, and what cannot be without these. */
function remains(state: State, isLost: () => boolean): State {
  const kept = new Map<string, Resource>();
  for (const { at: _at, path: _path, ...resource } of inOrderOfNeeds(state)) {
    if (isLost() || [...resource.needs, ...(resource.goesWith ?? [])].some((id) => state.resources.has(id) && !kept.has(id))) continue;
    kept.set(resource.id, resource);
  }
  return stateOf(
    state.lab,
    [...kept.values()].map((resource) => ({ ...resource, ...mayGoAlong(kept.values(), resource) })),
  );
}

function inOrderOfNeeds({ resources }: State): Iterable<Resource> {
  const done = new Set<Resource>();
  const visit = (resource: Resource | undefined): void => {
    if (resource === undefined || done.has(resource)) return;
    for (const id of [...resource.needs, ...(resource.goesWith ?? [])]) visit(resources.get(id));
    done.add(resource);
  };
  for (const resource of resources.values()) visit(resource);
  return done;
}

it(`a plan leads from what is left of any lab to any other, deletes nothing under a dependant, and leaves nothing to do (${DRAWN})`, () => {
  tried(RUNS);
  fc.assert(
    fc.property(
      anyLab,
      anyLab,
      fc.infiniteStream(fc.integer({ min: 0, max: 14 })),
      fc.func(fc.boolean()),
      (before, after, dice, takesAlong) => {
        const observed = remains(stateOfText(before), () => dice.next().value === 0);
        const desired = stateOfText(after);
        const first = plan(desired, observed, kindOf);
        const now = run(desired, observed, first.actions, takesAlong);
        expect(plan(desired, now, kindOf).actions).toEqual([]);
        expect([...now.resources.keys()].sort()).toEqual([...desired.resources.keys()].sort());
        expect(JSON.stringify(plan(desired, observed, kindOf))).toBe(JSON.stringify(first));
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
}, 600_000);
