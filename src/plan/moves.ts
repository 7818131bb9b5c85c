/** Renames of what is moved: before everything else of a plan, so that all of it can go by the new names. */
import type { Renaming } from '../model/moves.js';
import type { Action } from '../model/plan.js';
import type { State } from '../model/state.js';

const isSubject = (path: string): boolean => /^(nodes|hosts|networks)\.[^.]+$/.test(path);

export function renames(renamings: readonly Renaming[], desired: State, observed: State): readonly Action[] {
  return renamings.flatMap(({ from, id, field, was, is, operations }): readonly Action[] => {
    const [before, after] = [observed.resources.get(id), desired.resources.get(id)];
    if (before === undefined || after === undefined) return [];
    const fields = was === is ? [] : [{ field, from: was, to: is, forcesReplacement: false }];
    return [
      {
        id,
        change: { action: 'update', before, after, fields },
        moved: isSubject(from) ? from : true,
        reason: isSubject(from) ? `it was ${from}` : 'it stands on what is moved',
        operations,
      },
    ];
  });
}
