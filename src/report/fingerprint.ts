/** Hashes that say whether two objects, or two states, are the same; without what a state knows of files. */
import { hash } from '../model/names.js';
import type { Resource, State } from '../model/state.js';

/** Of all that a state holds, wherever in a file it is asked for. */
export const fingerprintOf = (state: State): string =>
  hash(64, ...sorted(state).map((resource) => `${resource.id} ${fingerprint(resource)}`));

/** 16 hex digits. */
export const fingerprint = ({ props }: Resource): string => hash(16, canonical(props));

export const sorted = ({ resources }: State): readonly Resource[] => [...resources.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The order of keys is of no meaning, and what is undefined is not there. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isObject(inner) ? inOrder(inner as object) : inner));
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const inOrder = (object: object): object => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
