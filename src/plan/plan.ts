import type { Around, Kind } from '../kinds/kind.js';
import type { Renaming } from '../model/moves.js';
import type { Action, FieldChange, Plan } from '../model/plan.js';
import type { PropValue, Resource, ResourceId, State } from '../model/state.js';
import { aroundOf } from './around.js';
import { exposureOf, openNetworks } from './exposure.js';
import { gatherLinkDeletions } from './group-delete.js';
import { judge, type KindOf, type Verdict } from './judge.js';
import { renames } from './moves.js';
import { inOrder } from './order.js';
import { isAltered } from './taking-over.js';

/**
 * The actions that lead from the observed to the desired state: deletions, dependants first, then creations and
 * changes, what is needed first. The same input gives the same plan, byte for byte.
 */
export function plan(desired: State, observed: State, kindOf: KindOf, renamings: readonly Renaming[] = []): Plan {
  const verdicts = judge(desired, observed, kindOf);
  const going: Resource[] = [];
  const coming: Resource[] = [];
  for (const verdict of verdicts.values()) {
    if (verdict.verdict === 'delete' || verdict.verdict === 'replace') going.push(verdict.before);
    if (verdict.verdict !== 'delete') coming.push(verdict.after);
  }
  const deletions = [...inOrder(going, kindOf)].reverse().map((before) => deletion(before, verdicts, kindOf));
  const around = aroundOf(verdicts, kindOf);
  const others = inOrder(coming, kindOf).map((after) => creationOrUpdate(after, verdicts, kindOf, around));
  const moves = renames(renamings, desired, observed);
  const actions = [...moves, ...gatherLinkDeletions(deletions, observed), ...others];
  const exposure = exposureOf(actions, kindOf);
  const networks = actions.length === 0 ? [] : openNetworks(desired, observed, kindOf);
  const told = { ...(exposure.length === 0 ? {} : { exposure }), ...(networks.length === 0 ? {} : { networks }) };
  return { lab: desired.lab, actions, ...told, summary: summaryOf(verdicts, moves) };
}

function summaryOf(verdicts: ReadonlyMap<ResourceId, Verdict>, moves: readonly Action[]): Plan['summary'] {
  const summary = { add: 0, change: 0, destroy: 0 };
  let adopt = 0;
  for (const one of verdicts.values()) {
    const { verdict } = one;
    if (verdict === 'create' || verdict === 'replace') summary.add += 1;
    if (verdict === 'delete' || verdict === 'replace') summary.destroy += 1;
    if (verdict !== 'update') continue;
    const isForeign = one.before.foreign === true;
    if (isForeign) adopt += 1;
    const isSame = isForeign || one.before.moved === true;
    if (!isSame || isAltered(one.after, one.fields)) summary.change += 1;
  }
  const move = new Set(moves.flatMap(({ moved }) => (typeof moved === 'string' ? moved : []))).size;
  return { ...summary, ...(adopt === 0 ? {} : { adopt }), ...(move === 0 ? {} : { move }) };
}

function deletion(before: Resource, verdicts: ReadonlyMap<ResourceId, Verdict>, kindOf: KindOf): Action {
  const verdict = verdicts.get(before.id);
  const takenAlong = before.goesWith?.find((id) => {
    const other = verdicts.get(id);
    return (other?.verdict === 'delete' || other?.verdict === 'replace') && other.before.outlived !== true;
  });
  const kind = kindOf(before.kind);
  const isNamed = kind.isTable === true && takenAlong === undefined;
  return {
    id: before.id,
    change: { action: 'delete', before, ...(isNamed ? { fields: entriesThatGo(before, kind) } : {}) },
    ...replacement(verdict),
    reason:
      verdict?.verdict === 'replace'
        ? replacementReason(verdict)
        : before.facts?.['adopted'] === true
          ? ADOPTED_GOES
          : 'not in the topology',
    operations: takenAlong === undefined ? kind.delete(before) : [],
  };
}

function entriesThatGo(before: Resource, kind: Kind): readonly FieldChange[] {
  const { props } = before;
  const said = kind.defaults(before);
  return Object.keys(props).flatMap((field) =>
    field in said ? [] : [{ field, from: props[field] ?? null, to: null, forcesReplacement: false }],
  );
}

const ADOPTED_GOES = 'not in the topology; it was adopted, and goes with all that is in it';

function creationOrUpdate(after: Resource, verdicts: ReadonlyMap<ResourceId, Verdict>, kindOf: KindOf, around: Around): Action {
  const verdict = verdicts.get(after.id);
  const kind = kindOf(after.kind);
  if (verdict?.verdict !== 'update') {
    const reason = verdict?.verdict === 'replace' ? replacementReason(verdict) : 'missing in the kernel';
    const creation: Action = { id: after.id, change: { action: 'create', after }, reason, operations: kind.create(after) };
    const last = finishOf(kind, after, null, around);
    return verdict?.verdict === 'replace' || last.finish !== undefined ? { ...creation, ...replacement(verdict), ...last } : creation;
  }
  const { before, fields, lostWith } = verdict;
  const restore = kind.restore ?? kind.create;
  return {
    id: after.id,
    change: { action: 'update', before, after, fields },
    ...(before.foreign === true ? { adopts: true as const } : {}),
    ...(before.moved === true ? { moved: true as const } : {}),
    reason: lostWith === undefined ? updateReason(fields) : `the kernel may take it along with ${lostWith}`,
    operations: lostWith === undefined ? kind.update(before, after, fields) : restore(after, fields),
    ...finishOf(kind, after, before, around),
  };
}

function finishOf(kind: Kind, after: Resource, before: Resource | null, around: Around): Pick<Action, 'finish'> {
  const finish = kind.finish?.(after, before, around) ?? [];
  return finish.length === 0 ? {} : { finish };
}

function replacement(verdict: Verdict | undefined): Pick<Action, 'replacement'> {
  if (verdict?.verdict !== 'replace') return {};
  const { fields, because } = verdict;
  return { replacement: { fields, ...(because === undefined ? {} : { because }) } };
}

function replacementReason({ fields, because }: Extract<Verdict, { verdict: 'replace' }>): string {
  if (because !== undefined) return `the kernel takes it along with ${because}`;
  return `${fields
    .filter((field) => field.forcesReplacement)
    .map(sentence)
    .join('; ')}: this forces replacement`;
}

const updateReason = (fields: readonly FieldChange[]): string =>
  fields.length === 0 ? 'what it keeps is recorded' : fields.map(sentence).join('; ');

function sentence({ field, from, to }: FieldChange): string {
  if (isLong(from) || isLong(to)) return `${field} differs`;
  return `${field} is ${word(from)}, not ${word(to)}`;
}

const isLong = (value: PropValue): boolean => typeof value === 'object' && value !== null;

function word(value: PropValue): string {
  return value === null || value === '' ? 'unset' : String(value);
}
