/** What is asked of a plan by those of its objects that tell others of themselves. */
import type { Around, Kind } from '../kinds/kind.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { KindOf, Verdict } from './judge.js';

/** Of so many it does not matter; an address that goes by one apply and comes by another is most often one of few. */
const FEW = 32;

export function aroundOf(verdicts: ReadonlyMap<ResourceId, Verdict>, kindOf: KindOf): Around {
  const told = new Map<string, Told>();
  return {
    isNew: (id) => ['create', 'replace'].includes(verdicts.get(id)?.verdict ?? ''),
    isTold: (kind, address) => {
      const { isFew, leaving } = told.get(kind) ?? toldOf(kindOf(kind), verdicts);
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

function toldOf(kind: Kind, verdicts: ReadonlyMap<ResourceId, Verdict>): Told {
  let coming = 0;
  const leaving = new Set<string>();
  const addresses = (resource: Resource | undefined): ReadonlySet<string> => new Set(resource === undefined ? [] : kind.tells?.(resource));
  for (const one of verdicts.values()) {
    const [before, after] = ['before' in one ? one.before : undefined, 'after' in one ? one.after : undefined];
    if ((before ?? after)?.kind !== kind.name) continue;
    const [was, will] = [addresses(before), addresses(after)];
    for (const address of will) if (!was.has(address)) coming += 1;
    for (const address of was) if (!will.has(address)) leaving.add(address);
  }
  return { isFew: coming <= FEW, leaving };
}
