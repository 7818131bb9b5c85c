/** What is asked of a plan by those of its objects that tell others of themselves. */
import type { Around } from '../kinds/kind.js';
import type { ResourceId } from '../model/state.js';
import type { Verdict } from './judge.js';

export function aroundOf(verdicts: ReadonlyMap<ResourceId, Verdict>): Around {
  return {
    isNew: (id) => ['create', 'replace'].includes(verdicts.get(id)?.verdict ?? ''),
    leaving: (kind) =>
      [...verdicts.values()].flatMap((one) => (one.verdict === 'delete' && one.before.kind === kind ? [one.before.id] : [])),
    coming: (kind) => [...verdicts.values()].filter((one) => one.verdict === 'create' && one.after.kind === kind).length,
  };
}
