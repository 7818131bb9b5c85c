import { hash } from '../model/names.js';

/** Of several names as one, which ends in a hash where it would be longer; no name of the file looks like that. */
export function shortName(name: string, bytes: number): string {
  return name.length <= bytes ? name : `${name.slice(0, bytes)}.${hash(16, name)}`;
}
