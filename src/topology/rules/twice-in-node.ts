import { familyOf } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import type { Node, Route } from '../../model/topology.js';
import type { Rule } from './rule.js';

const MAIN_TABLE = 254;

/** Routes and neighbours that the kernel would take for one and the same. */
export const twiceInNode: Rule = {
  name: 'twice-in-node',
  codes: ['route-twice', 'neighbour-twice'],
  check({ topology, report }) {
    for (const node of topology.nodes) {
      for (const [first, again] of repeated(node.routes, routeIdentity)) {
        const related = [{ message: 'the first is here', at: first }];
        const hint = 'give one of them another metric, or another table';
        report('route-twice', again, `node ${node.name} has two routes of one metric to the same destination`, { hint, related });
      }
      for (const [first, again] of repeated(node.neighbours, neighbourIdentity)) {
        const related = [{ message: 'the first is here', at: first }];
        report('neighbour-twice', again, `node ${node.name} has two entries for the same neighbour`, {
          hint: 'remove one of them',
          related,
        });
      }
    }
  },
};

/** IPv6 routes without a metric, or with 0, have 1024 in the kernel (IP6_RT_PRIO_USER). */
function routeIdentity({ to, table, metric }: Route): string {
  return [to, table ?? MAIN_TABLE, (metric ?? 0) || (familyOf(to) === 6 ? 1024 : 0)].join(' ');
}

function neighbourIdentity({ address, dev }: Node['neighbours'][number]): string {
  return `${address} ${dev}`;
}

function repeated<T extends { readonly at: SourceRange }>(
  things: readonly T[],
  identity: (thing: T) => string,
): readonly (readonly [SourceRange, SourceRange])[] {
  const first = new Map<string, SourceRange>();
  return things.flatMap((thing) => {
    const before = first.get(identity(thing));
    if (before !== undefined) return [[before, thing.at] as const];
    first.set(identity(thing), thing.at);
    return [];
  });
}
