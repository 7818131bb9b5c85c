/** Why a saved plan is not to be applied any more: object by object, with what they were and are. */
import type { SourceRange } from '../model/diagnostic.js';
import type { FieldChange } from '../model/plan.js';
import type { Props, PropValue, Resource, ResourceId, State } from '../model/state.js';
import { changedLines, tellingFields } from './attributes.js';
import { canonical, fingerprint, isObject, sorted } from './fingerprint.js';
import { planDocument, type PlanDocument } from './plan-json.js';
import type { Basis, SavedObjects, SavedPlan } from './saved-plan.js';
import { painter } from './style.js';
import { sameValue } from './value-text.js';
import { printable } from './width.js';
import type { Words } from './words.js';

export type Staleness =
  /** The topology, or what its variables hold, is another one by now. */
  | { readonly stale: 'topology'; readonly changes: readonly ObjectChange[] }
  /** Nothing is left to do. */
  | { readonly stale: 'done' }
  /** The kernel has other objects. */
  | { readonly stale: 'kernel'; readonly changes: readonly ObjectChange[] }
  /** All is as it was, and yet another plan comes of it: the file was edited, or written by another version. */
  | { readonly stale: 'plan' };

export interface ObjectChange {
  readonly id: ResourceId;
  readonly what: 'came' | 'went' | 'changed';
  /** As they are shown; none of an object that came or went. */
  readonly fields: readonly FieldChange[];
  /** Fields that hold what is not shown: one of these has changed where `fields` is empty. */
  readonly sensitive: readonly string[];
  /** Now; null where it has gone. */
  readonly resource: Resource | null;
}

/** Null: it may be applied. */
export function stalenessOf(saved: SavedPlan, { plan, desired, observed, shown }: Basis): Staleness | null {
  const asked = changesOf(saved.desired, desired, shown);
  if (asked.length > 0) return { stale: 'topology', changes: asked };
  const changes = changesOf(saved.observed, observed, shown);
  if (changes.length > 0) return plan.actions.length === 0 ? { stale: 'done' } : { stale: 'kernel', changes };
  return saved.lab === plan.lab && isSame(saved.plan, planDocument(plan)) && isShownSo(saved, desired, observed, shown)
    ? null
    : { stale: 'plan' };
}

function changesOf(then: SavedObjects, now: State, shown: Basis['shown']): readonly ObjectChange[] {
  const present = sorted(now).flatMap((resource): ObjectChange[] => {
    const { id } = resource;
    const none = { id, fields: [], sensitive: [], resource };
    if (!Object.hasOwn(then, id)) return [{ ...none, what: 'came' }];
    const before = then[id]!;
    if (before.fingerprint === fingerprint(resource)) return [];
    const props = shown(resource);
    const sensitive = Object.keys(props).filter((field) => !sameValue(props[field], resource.props[field]));
    return [{ ...none, what: 'changed', fields: differing(before.props, props), sensitive }];
  });
  const gone = Object.keys(then).filter((id) => !now.resources.has(id));
  return [...present, ...gone.map((id): ObjectChange => ({ id, what: 'went', fields: [], sensitive: [], resource: null }))];
}

function differing(before: Props, after: Props): readonly FieldChange[] {
  const of = (props: Props, field: string): PropValue => (Object.hasOwn(props, field) ? (props[field] ?? null) : null);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, from: of(before, field), to: of(after, field), forcesReplacement: false }))
    .filter(({ from, to }) => !sameValue(from, to));
}

/** Lines of each change: what is shown of long ones is the beginning. */
const MOST_LINES = 6;

/** `veth:shop.web/eth0 has changed` and below it, indented, `mtu: 1500 -> 1400`, from then to now. */
export async function changeLines(
  change: ObjectChange,
  words: Words,
): Promise<readonly { readonly message: string; readonly at?: SourceRange }[]> {
  const { id, what, fields, sensitive, resource } = change;
  const head = `${printable(id)} has ${what === 'came' ? 'come' : what === 'went' ? 'gone' : 'changed'}`;
  const first = { message: head, ...(resource?.at === undefined ? {} : { at: resource.at }) };
  if (what !== 'changed') return [first];
  const unseen = fields.length === 0 && sensitive.length > 0 ? [`${sensitive.join(' or ')}: a sensitive value`] : [];
  const telling = resource === null ? fields : tellingFields(fields, words.defaults(resource));
  const lines = [...(await changedLines(telling, painter(false), false)), ...unseen];
  const more = lines.length > MOST_LINES ? ['…'] : [];
  return [first, ...[...lines.slice(0, MOST_LINES), ...more].map((line) => ({ message: `  ${printable(cut(line))}` }))];
}

const MOST_COLUMNS = 160;

const cut = (line: string): string => (line.length > MOST_COLUMNS ? `${line.slice(0, MOST_COLUMNS)}…` : line);

/** What is nested so deep that it cannot be written is nothing that this program wrote. */
function isSame(saved: PlanDocument, now: PlanDocument): boolean {
  return canonical(workOf(saved)) === canonical(workOf(now));
}

/** What the objects are said to be is what they are. */
function isShownSo({ desired, observed }: SavedPlan, wanted: State, there: State, shown: Basis['shown']): boolean {
  const same = (objects: SavedObjects, { resources }: State): boolean =>
    Object.entries(objects).every(([id, { props }]) => canonical(props) === canonical(shown(resources.get(id)!)));
  return same(desired, wanted) && same(observed, there);
}

/** All of it, but places (the topology's file may be named in another way) and warnings, which are of the moment. */
function workOf({ actions, warnings, ...rest }: PlanDocument): unknown {
  // Whoever wrote it may have written anything there.
  const work = Array.isArray(actions)
    ? (actions as readonly unknown[]).map((action) => (isObject(action) ? { ...(action as object), at: null } : action))
    : null;
  return { ...rest, actions: work, warnings: Array.isArray(warnings) };
}
