/** Objects that are somebody else's so far, and become the lab's. */
import type { Diagnostic } from '../model/diagnostic.js';
import { MARK_FIELDS } from '../model/names.js';
import type { Action, FieldChange, Plan } from '../model/plan.js';
import type { Resource } from '../model/state.js';
import type { KindOf } from './judge.js';

/** Whether more than whose it is changes, and what it is called: of nothing else does either change in place. */
export const isAltered = ({ kind }: Resource, fields: readonly FieldChange[]): boolean => fields.some(({ field }) => !isMark(kind, field));

/** The number of a route's maker is its mark. */
const isMark = (kind: string, field: string): boolean =>
  MARK_FIELDS.has(field) || field === 'name' || field === 'peer_name' || (kind === 'route' && field === 'protocol');

/** What cannot become what the file asks for without being made anew is not taken over: it is not topo's to destroy. */
export function notTakenOver({ actions }: Plan, kindOf: KindOf): readonly Diagnostic[] {
  return actions.flatMap(({ change, replacement, reason }: Action): readonly Diagnostic[] => {
    if (change.action !== 'delete' || change.before.foreign !== true) return [];
    const after = actions.find(({ id, change: other }) => id === change.before.id && other.action === 'create');
    const at = after?.change.action === 'create' ? after.change.after.at : undefined;
    const why = replacement?.fields.map(({ field, from, to }) => `${field} is ${String(from)}, not ${String(to)}`).join('; ') ?? reason;
    return [
      {
        code: 'cannot-adopt',
        severity: 'error',
        message: `${kindOf(change.before.kind).title(change.before)} cannot be taken over as it is: ${why}`,
        ...(at === undefined ? {} : { at }),
        hint: 'say in the file what it is, or remove it yourself',
      },
    ];
  });
}
