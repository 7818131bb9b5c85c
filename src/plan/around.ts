/** What is asked of a plan by those of its objects that tell others of themselves. */
import type { Around } from '../kinds/kind.js';
import type { ResourceId } from '../model/state.js';
import type { Verdict } from './judge.js';

/** Of so many it does not matter; an address that goes by one apply and comes by another is most often one of few. */
const FEW = 32;

export function aroundOf(verdicts: ReadonlyMap<ResourceId, Verdict>): Around {
  const told = new Map<string, Told>();
  return {
    isNew: (id) => ['create', 'replace'].includes(verdicts.get(id)?.verdict ?? ''),
    isTold: (kind, address) => {
      const { isFew, leaving } = told.get(kind) ?? toldOf(kind, verdicts);
      told.set(kind, { isFew, leaving });
      return isFew || leaving.has(address);
    },
  };
}

/**
 * Which addresses are worth a word to all neighbours: a bridge hands each to all of its ports, so a thousand nodes that come at once would
 * be a million packets, of addresses that nobody knows.
 */
interface Told {
  readonly isFew: boolean;
  /** One that another interface loses is known to neighbours as that one's. */
  readonly leaving: ReadonlySet<string>;
}

function toldOf(kind: string, verdicts: ReadonlyMap<ResourceId, Verdict>): Told {
  let coming = 0;
  const leaving = new Set<string>();
  for (const one of verdicts.values()) {
    if (one.verdict === 'create' && one.after.kind === kind) coming += 1;
    if (one.verdict === 'delete' && one.before.kind === kind) leaving.add(addressIn(one.before.id));
  }
  return { isFew: coming <= FEW, leaving };
}

/** The names of interfaces have no slash. */
const addressIn = (id: ResourceId): string => id.slice(id.indexOf('/', id.indexOf('/') + 1) + 1);
