/** A plan as it may be shown: sensitive values stand for themselves. What is carried out is the plan as it is. */
import type { Event } from '../model/event.js';
import type { Action, FieldChange, Plan } from '../model/plan.js';
import { hiddenOperation, withoutValues } from '../model/sensitive.js';
import type { Props, Resource } from '../model/state.js';
import type { KindOf } from './judge.js';

export function hidePlan(plan: Plan, kindOf: KindOf): Plan {
  return { ...plan, actions: plan.actions.map((action) => hideAction(action, kindOf)) };
}

export function hideEvent(event: Event, kindOf: KindOf): Event {
  if (event.type === 'plan') return { ...event, plan: hidePlan(event.plan, kindOf) };
  if (event.type === 'verify') return { ...event, differences: event.differences.map((action) => hideAction(action, kindOf)) };
  if (event.type !== 'action-failed') return event;
  return { ...event, operation: hiddenOperation(event.operation), message: withoutValues(event.message, event.operation) };
}

/** Of one object. */
export function hideProps({ kind, props }: Resource, kindOf: KindOf): Props {
  const { hidden } = kindOf(kind);
  if (hidden === undefined) return props;
  return Object.fromEntries(Object.entries(props).map(([field, value]) => [field, hidden(field, value)]));
}

function hideAction(action: Action, kindOf: KindOf): Action {
  const { change, replacement, operations, finish } = action;
  const { kind } = change.action === 'delete' ? change.before : change.after;
  const hidden = kindOf(kind).hidden;
  if (hidden === undefined) return action;
  const props = (resource: Resource): Resource => ({ ...resource, props: hideProps(resource, kindOf) });
  const fields = (changes: readonly FieldChange[]): readonly FieldChange[] =>
    changes.map((one) => ({ ...one, from: hidden(one.field, one.from), to: hidden(one.field, one.to, one.from) }));
  return {
    ...action,
    change:
      change.action === 'create'
        ? { ...change, after: props(change.after) }
        : change.action === 'delete'
          ? { ...change, before: props(change.before) }
          : { ...change, before: props(change.before), after: props(change.after), fields: fields(change.fields) },
    ...(replacement === undefined ? {} : { replacement: { ...replacement, fields: fields(replacement.fields) } }),
    operations: operations.map(hiddenOperation),
    ...(finish === undefined ? {} : { finish: finish.map(hiddenOperation) }),
  };
}
