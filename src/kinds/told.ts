/**
 * Which addresses are worth a word to all neighbours: a bridge hands each to all of its ports, so a thousand nodes that come at once would
 * be a million packets, of addresses that nobody knows.
 */
import type { Around } from './kind.js';

/** Of so many it does not matter; an address that goes by one apply and comes by another is most often one of few. */
const FEW = 32;

interface Known {
  readonly isFew: boolean;
  readonly leaving: ReadonlySet<string>;
}

const known = new Map<string, WeakMap<Around, Known>>();

/** `address`: as the id of a resource of the kind ends. One that another interface loses is known to neighbours as that one's. */
export function isTold(around: Around, kind: string, address: string): boolean {
  const ofKind = known.get(kind) ?? new WeakMap<Around, Known>();
  known.set(kind, ofKind);
  const { isFew, leaving } = ofKind.get(around) ?? look(around, kind);
  ofKind.set(around, { isFew, leaving });
  return isFew || leaving.has(address);
}

/** The names of interfaces have no slash. */
const addressIn = (id: string): string => id.slice(id.indexOf('/', id.indexOf('/') + 1) + 1);

function look(around: Around, kind: string): Known {
  return { isFew: around.coming(kind) <= FEW, leaving: new Set(around.leaving(kind).map(addressIn)) };
}
