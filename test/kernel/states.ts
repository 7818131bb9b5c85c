/** Applies states that are made of resources alone, as a lab's are: observe, plan, run; for kinds that no key of the language makes yet. */
import { findState } from '../../src/kinds/find.js';
import { kindOf } from '../../src/kinds/index.js';
import type { Observation } from '../../src/model/observation.js';
import type { Operation } from '../../src/model/operation.js';
import type { Plan } from '../../src/model/plan.js';
import { stateOf, type Resource } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';
import type { Machine, PlainObservation } from './private.js';

export const LAB = 'lab';
export const about = { path: 'test', at: { file: 'test.yaml', line: 1, column: 1, length: 1 } };

export function observationOf(plain: PlainObservation): Observation {
  const whole = <N extends PlainObservation['host']>(ns: N) => ({
    ...ns,
    localAddresses: new Set(ns.localAddresses),
    sysctls: new Map(Object.entries(ns.sysctls)),
    remembered: new Map(),
  });
  return {
    ...plain,
    host: whole(plain.host),
    namespaces: plain.namespaces.map(whole),
    otherTables: [],
    listeners: [],
    foreignChains: [],
    missingPrograms: [],
    processes: [],
    files: { links: new Map(), sets: new Map(), hostResolvers: [] },
  } as unknown as Observation;
}

export async function planned(machine: Machine, resources: readonly Resource[]): Promise<Plan> {
  const desired = stateOf(LAB, resources);
  const namespaces = [...new Set(resources.map(({ netns }) => netns))].filter((netns) => netns !== 'host');
  const { state, conflicts } = findState(observationOf(await machine.observe({ lab: LAB, namespaces })), desired);
  if (conflicts.length > 0) throw new Error(conflicts.map(({ message }) => message).join('\n'));
  return plan(desired, state, kindOf);
}

export const operationsOf = ({ actions }: Plan): readonly Operation[] => [
  ...actions.flatMap(({ operations }) => operations),
  ...actions.flatMap(({ finish = [] }) => finish),
];

/** What was done, `+ id`, `~ id: field from -> to`, `- id`; and nothing is left to do. */
export async function applied(machine: Machine, resources: readonly Resource[]): Promise<readonly string[]> {
  const before = await planned(machine, resources);
  await machine.must(...operationsOf(before));
  await machine.settle(5000);
  const left = summaryOf(await planned(machine, resources));
  if (left.length > 0) throw new Error(`not done: ${left.join('; ')}`);
  return summaryOf(before);
}

export function summaryOf({ actions }: Plan): readonly string[] {
  return actions.map(({ id, change }) => {
    if (change.action === 'create') return `+ ${id}`;
    if (change.action === 'delete') return `- ${id}`;
    return `~ ${id}: ${change.fields.map(({ field, from, to }) => `${field} ${String(from)} -> ${String(to)}`).join(', ')}`;
  });
}
