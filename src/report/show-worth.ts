import type { PropValue, Props } from '../model/state.js';

/** Without what is not set. */
export function worth(props: { readonly [key: string]: PropValue | undefined }): Props {
  const entries = Object.entries(props).filter((entry): entry is [string, PropValue] => !UNSET.has(entry[1] as null));
  return Object.fromEntries(entries.filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

const UNSET = new Set<PropValue | undefined>([undefined, null, '', 0, false]);
