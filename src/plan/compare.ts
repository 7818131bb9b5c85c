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

/** Fields that differ, in the order of the desired side; a field that one side lacks is null there. */
export function changedFields(before: Props, after: Props, inPlace: (field: string) => boolean): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const compare = (field: string): void => {
    const [from, to] = [before[field] ?? null, after[field] ?? null];
    if (!equal(from, to)) changes.push({ field, from, to, forcesReplacement: !inPlace(field) });
  };
  for (const field in after) compare(field);
  for (const field in before) if (!(field in after)) compare(field);
  return changes;
}
