import type { PropValue } from '../model/state.js';
import { SENSITIVE } from '../model/sensitive.js';
import { printable } from './width.js';

/** What stands for a value has no quotes. */
const HIDDEN = SENSITIVE.slice(0, -1);

const BARE = /^[^\s"',[\]{}]+$/;

/** A property's value for people: words bare, other strings in quotes. */
export function valueText(value: PropValue | undefined): string {
  if (value === null || value === undefined || value === '') return '(none)';
  if (typeof value === 'string') return printable(BARE.test(value) || value.startsWith(HIDDEN) ? value : JSON.stringify(value));
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${valueText(member)}`)
    .join(', ')}}`;
}

/** Array.isArray does not narrow a readonly array. */
export function isList(value: PropValue): value is readonly PropValue[] {
  return Array.isArray(value);
}

export function sameValue(a: PropValue | undefined, b: PropValue | undefined): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b);
}

/** Order of keys says nothing. */
function canonical(value: PropValue): string {
  return JSON.stringify(value, (_key, member: PropValue) =>
    member === null || typeof member !== 'object' || isList(member)
      ? member
      : Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
