import type { Kind } from '../kinds/kind.js';
import type { FieldChange } from '../model/plan.js';
import type { PropValue, Props } from '../model/state.js';

/** Deep equality of plain data; the order of keys does not count, the order of lists does. */
export function equal(a: PropValue, b: PropValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((value: PropValue, index) => equal(value, b[index] as PropValue))
    );
  }
  const [left, right] = [a as Props, b as Props];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => key in right && equal(left[key] as PropValue, right[key] as PropValue))
  );
}

/** Fields that differ, in the order of the desired side; a field that one side lacks is as usual there, or null. */
export function changedFields(
  before: Props,
  after: Props,
  { inPlace, usual = {} }: Pick<Kind, 'inPlace' | 'usual'>,
): readonly FieldChange[] {
  const differing: string[] = [];
  for (const field in after) if (!equal(before[field] ?? null, after[field] ?? null)) differing.push(field);
  for (const field in before) if (!(field in after) && (before[field] ?? null) !== null) differing.push(field);
  return differing.map((field) => {
    const none = usual[field] ?? null;
    const [from, to] = [before[field] ?? none, after[field] ?? none];
    return { field, from, to, forcesReplacement: !inPlace(field, from, to) };
  });
}
