/** A table that is one object: its link, and a field for each entry. */
import type { Props, PropValue, Resource } from '../model/state.js';

type Entry<V extends PropValue = PropValue> = readonly [key: string, value: V];

/** In an order that does not depend on the file's, or the kernel's; no key is there twice. */
export function tableProps(dev: string, entries: readonly Entry[]): Props {
  const props: Record<string, PropValue> = { dev };
  for (const [key, value] of isInOrder(entries) ? entries : inOrder(entries)) props[key] = value;
  return props;
}

const isInOrder = (entries: readonly Entry[]): boolean => entries.every(([key], i) => i === 0 || entries[i - 1]![0] < key);

/** Texts alone are sorted several times faster than by a function that compares. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const values = new Map(entries);
  return [...values.keys()].sort().map((key) => [key, values.get(key)!]);
}

export const entriesOf = ({ props }: Pick<Resource, 'props'>): readonly Entry[] =>
  Object.entries(props).filter(([field]) => field !== 'dev');

/** Of each link the entries of its table. */
export function byLink<E extends { readonly dev: string }>(entries: readonly E[]): ReadonlyMap<string, readonly E[]> {
  const tables = new Map<string, E[]>();
  for (const entry of entries) {
    const known = tables.get(entry.dev);
    if (known === undefined) tables.set(entry.dev, [entry]);
    else known.push(entry);
  }
  return tables;
}
