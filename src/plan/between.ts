/** What a change of a file would do, without a kernel: the plan from one desired state to another. */
import type { Renaming } from '../model/moves.js';
import type { Plan } from '../model/plan.js';
import type { State } from '../model/state.js';
import type { KindOf } from './judge.js';
import { plan } from './plan.js';

/**
 * As if the kernel had exactly what the former state says. How it would be done is left out (`operations`): that depends on what
 * else the kernel has by then.
 */
export function planBetween(after: State, before: State, kindOf: KindOf, renamings: readonly Renaming[] = []): Plan {
  const { actions, ...rest } = plan(after, before, kindOf, renamings);
  return {
    ...rest,
    actions: actions.map(({ id, change, replacement, moved, reason }) => ({
      id,
      change,
      ...(replacement === undefined ? {} : { replacement }),
      ...(moved === undefined ? {} : { moved }),
      reason: change.action === 'create' && replacement === undefined ? 'new in the topology' : reason,
      operations: [],
    })),
  };
}
