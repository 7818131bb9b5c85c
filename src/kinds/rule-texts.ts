import type { PropValue } from '../model/state.js';

/** Of a field of a table as a resource; none for other fields. */
export function textsOf(field: PropValue): readonly string[] {
  const { rules = [] } = (field ?? {}) as { readonly rules?: readonly { readonly text: string }[] };
  return rules.map(({ text }) => text);
}
