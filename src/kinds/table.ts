/** A table that is one object: its link, and a field for each entry. */
import type { Props, PropValue, Resource } from '../model/state.js';

type Entry<V extends PropValue = PropValue> = readonly [key: string, value: V];

/** In an order that does not depend on the file's, or the kernel's. */
export const tableProps = (dev: string, entries: Iterable<Entry>): Props => ({
  dev,
  ...Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1))),
});

export const entriesOf = ({ props }: Pick<Resource, 'props'>): readonly Entry[] =>
  Object.entries(props).filter(([field]) => field !== 'dev');
