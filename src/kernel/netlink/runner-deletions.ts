/** Namespaces that are deleted one after the other, while the kernel is busy with the links if it is. */
import { HOST } from '../../model/state.js';
import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import type { Departures } from './departures.js';
import { type Going, GOING_AT_ONCE } from './orders.js';
import { areThereOrphans, endOrphans } from './orphans.js';
import type { Queue } from './queue.js';
import type { Sessions } from './sessions.js';
import { runOf } from './steps.js';

export type NetnsDelete = Extract<Operation, { op: 'netns-delete' }>;

/** Deletions that have begun. */
export interface Deletions {
  /** The first operation that they are of. */
  readonly start: number;
  /** What became of them: an outcome for each operation from there on. */
  readonly outcomes: () => readonly Outcome[];
}

/** Those that come next behind the group, but for rules of the host, in which names do not matter. */
export function deletionsBehind(
  operations: readonly Operation[],
  at: number,
): { readonly start: number; readonly batch: readonly NetnsDelete[] } {
  let start = at + 1;
  for (let one = operations[start]; one?.op === 'nft-delete' && one.netns === HOST; one = operations[start]) start++;
  return { start, batch: operations[at]!.netns === HOST ? runOf(operations, start, 'netns-delete') : [] };
}

/** Nothing of this process holds them any more afterwards, and their end will be heard of. */
export function letGo(
  sessions: Sessions,
  departures: Departures,
  queues: Map<string, Queue>,
  batch: readonly NetnsDelete[],
): readonly Going[] {
  for (let start = 0; start < batch.length; start += GOING_AT_ONCE) {
    const some = batch.slice(start, start + GOING_AT_ONCE).map(({ netns }) => netns);
    const leaving = sessions.filesOf(some);
    departures.expect(leaving);
    if (areThereOrphans()) for (const { netns } of leaving) sessions.inside(netns, endOrphans);
    for (const netns of some) {
      sessions.forget(netns);
      queues.delete(netns);
    }
  }
  return batch.map(({ netns, files = false }) => ({ netns, path: sessions.path(netns), files }));
}

/** The same, or nothing: what is in the way is told when it is their turn. */
export function letGoEarly(...[sessions, departures, queues, batch]: Parameters<typeof letGo>): readonly Going[] {
  try {
    return letGo(sessions, departures, queues, batch);
  } catch {
    return [];
  }
}
