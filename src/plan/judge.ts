/** What is to become of each object: the difference of two states, and what follows from it for objects that stand on others. */
import type { Kind } from '../kinds/kind.js';
import type { FieldChange } from '../model/plan.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import { changedFields } from './compare.js';

export type Verdict =
  | { readonly verdict: 'create'; readonly after: Resource }
  | {
      readonly verdict: 'update';
      readonly before: Resource;
      readonly after: Resource;
      readonly fields: readonly FieldChange[];
      /** What may take it along, in words. */
      readonly lostWith?: string;
    }
  | {
      readonly verdict: 'replace';
      readonly before: Resource;
      readonly after: Resource;
      readonly fields: readonly FieldChange[];
      readonly because?: ResourceId;
    }
  | { readonly verdict: 'delete'; readonly before: Resource };

export type KindOf = (name: string) => Kind;

/** Only objects that something happens to. */
export function judge(desired: State, observed: State, kindOf: KindOf): ReadonlyMap<ResourceId, Verdict> {
  const verdicts = new Map<ResourceId, Verdict>();
  for (const after of desired.resources.values()) {
    const before = observed.resources.get(after.id);
    const verdict = before === undefined ? ({ verdict: 'create', after } as const) : compare(before, after, kindOf(after.kind));
    if (verdict !== null) verdicts.set(after.id, verdict);
  }
  for (const before of observed.resources.values()) {
    if (!desired.resources.has(before.id) && before.keep !== true) verdicts.set(before.id, { verdict: 'delete', before });
  }
  carryOn(verdicts, desired, observed);
  return verdicts;
}

function compare(before: Resource, after: Resource, kind: Kind): Verdict | null {
  const fields = changedFields(before.props, after.props, kind);
  if (fields.length === 0 && before.unrecorded !== true) return null;
  return { verdict: fields.some((field) => field.forcesReplacement) ? 'replace' : 'update', before, after, fields };
}

const isGone = (verdict: Verdict | undefined): boolean => verdict?.verdict === 'delete' || verdict?.verdict === 'replace';

/** An object that is wanted and there, but stands on one that goes, has to be made anew, and so on upwards. */
function carryOn(verdicts: Map<ResourceId, Verdict>, desired: State, observed: State): void {
  // Of what is not wanted nothing is made anew.
  if (verdicts.size === 0 || desired.resources.size === 0) return;
  for (const before of observed.resources.values()) {
    const cause = before.mayGoWithChange?.find(({ id, field }) => isChanged(verdicts.get(id), field));
    if (cause !== undefined) makeSureOf(before, `the new ${cause.field} of ${cause.id}`, verdicts, desired);
  }
  const queue = [...verdicts.keys()].filter((id) => isGone(verdicts.get(id)));
  if (queue.length === 0) return;
  const standing = standingOn(observed, 'goesWith');
  const within = standingOn(observed, 'remadeWith');
  const perhaps = standingOn(observed, 'mayGoWith');
  for (const id of queue) {
    for (const before of [...(standing.get(id) ?? []), ...(within.get(id) ?? [])]) {
      const after = desired.resources.get(before.id);
      const now = verdicts.get(before.id);
      if (after === undefined || isGone(now)) continue;
      verdicts.set(before.id, { verdict: 'replace', before, after, fields: now?.verdict === 'update' ? now.fields : [], because: id });
      queue.push(before.id);
    }
  }
  for (const id of [...verdicts.keys()]) {
    if (!isGone(verdicts.get(id))) continue;
    for (const before of perhaps.get(id) ?? []) makeSureOf(before, id, verdicts, desired);
  }
}

const isChanged = (verdict: Verdict | undefined, field: string): boolean =>
  verdict?.verdict === 'update' && verdict.fields.some((change) => change.field === field);

/** What is wanted, is there, and may be lost on the way. */
function makeSureOf(before: Resource, lostWith: string, verdicts: Map<ResourceId, Verdict>, desired: State): void {
  const after = desired.resources.get(before.id);
  const now = verdicts.get(before.id);
  if (after === undefined || isGone(now)) return;
  verdicts.set(before.id, { verdict: 'update', before, after, fields: now?.verdict === 'update' ? now.fields : [], lostWith });
}

function standingOn(observed: State, relation: 'goesWith' | 'mayGoWith' | 'remadeWith'): ReadonlyMap<ResourceId, readonly Resource[]> {
  const map = new Map<ResourceId, Resource[]>();
  for (const resource of observed.resources.values()) {
    for (const id of resource[relation] ?? []) {
      const list = map.get(id);
      if (list === undefined) map.set(id, [resource]);
      else list.push(resource);
    }
  }
  return map;
}
