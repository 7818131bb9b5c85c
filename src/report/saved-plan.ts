/** A plan that is kept to be applied later, and nothing but it: schemas/saved-plan.schema.json. */
import { hash } from '../model/names.js';
import type { Plan } from '../model/plan.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import { planDocument, type PlanDocument } from './plan-json.js';

export const SAVED_PLAN = 'topo-saved-plan/1';

export interface SavedPlan {
  readonly format: typeof SAVED_PLAN;
  /** Version of the program. */
  readonly program: string;
  /** ISO 8601. */
  readonly created: string;
  /** Absolute path of the topology. */
  readonly file: string;
  readonly lab: string;
  /** Made with `--adopt`. */
  readonly adopt?: true;
  /** Of all that the topology asks for, with the variables of that time. */
  readonly desired: string;
  /** Of each object of the lab that the kernel had. */
  readonly observed: { readonly [id: ResourceId]: string };
  /** What was shown, and what is going to be done. */
  readonly plan: PlanDocument;
}

/** What a plan was made of. */
export interface Basis {
  readonly plan: Plan;
  readonly desired: State;
  readonly observed: State;
}

export function savedPlan({ plan, desired, observed }: Basis, about: Pick<SavedPlan, 'program' | 'created' | 'file' | 'adopt'>): SavedPlan {
  return {
    format: SAVED_PLAN,
    ...about,
    lab: plan.lab,
    desired: fingerprintOf(desired),
    observed: Object.fromEntries(sorted(observed).map((resource) => [resource.id, fingerprint(resource)])),
    plan: planDocument(plan),
  };
}

/** Null: the text is no saved plan. */
export function parseSavedPlan(text: string): SavedPlan | null {
  try {
    const document: unknown = JSON.parse(text);
    return isSavedPlan(document) ? document : null;
  } catch {
    return null;
  }
}

/** Each key, as schemas/saved-plan.schema.json has it; what is in the plan is compared as a whole. */
const CHECKS: { readonly [key in keyof Required<SavedPlan>]: (value: unknown) => boolean } = {
  format: (value) => value === SAVED_PLAN,
  program: isText,
  created: (value) => isText(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value,
  file: (value) => isText(value) && value.startsWith('/'),
  adopt: (value) => value === true || value === undefined,
  lab: isText,
  desired: (value) => isText(value) && /^[0-9a-f]{64}$/.test(value),
  observed: (value) => isObject(value) && Object.values(value as object).every((hashed) => isText(hashed) && /^[0-9a-f]{16}$/.test(hashed)),
  plan: isObject,
};

function isSavedPlan(document: unknown): document is SavedPlan {
  if (!isObject(document)) return false;
  const of = document as Record<string, unknown>;
  return Object.keys(of).every((key) => Object.hasOwn(CHECKS, key)) && Object.entries(CHECKS).every(([key, check]) => check(own(of, key)));
}

const own = (object: Record<string, unknown>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Staleness =
  /** The topology, or what its variables hold, is another one by now. */
  | { readonly stale: 'topology' }
  /** Nothing is left to do. */
  | { readonly stale: 'done' }
  /** Objects that came, went or changed. */
  | { readonly stale: 'kernel'; readonly changes: readonly string[] }
  /** All is as it was, and yet another plan comes of it: the file was edited, or written by another version. */
  | { readonly stale: 'plan' };

/** Why the plan is not to be applied any more; null if it is. */
export function stalenessOf(saved: SavedPlan, { plan, desired, observed }: Basis): Staleness | null {
  if (saved.desired !== fingerprintOf(desired)) return { stale: 'topology' };
  const changes = changesSince(saved, observed);
  if (changes.length > 0) return plan.actions.length === 0 ? { stale: 'done' } : { stale: 'kernel', changes };
  return saved.lab === plan.lab && isSame(saved.plan, planDocument(plan)) ? null : { stale: 'plan' };
}

/** What is nested so deep that it cannot be written is nothing that this program wrote. */
function isSame(saved: PlanDocument, now: PlanDocument): boolean {
  try {
    return canonical(workOf(saved)) === canonical(workOf(now));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** All of it, but places (the topology's file may be named in another way) and warnings, which are of the moment. */
function workOf({ actions, warnings, ...rest }: PlanDocument): unknown {
  // Whoever wrote it may have written anything there.
  const work = Array.isArray(actions)
    ? (actions as readonly unknown[]).map((action) => (isObject(action) ? { ...(action as object), at: null } : action))
    : null;
  return { ...rest, actions: work, warnings: Array.isArray(warnings) };
}

function changesSince(saved: SavedPlan, observed: State): readonly string[] {
  const then = new Map(Object.entries(saved.observed));
  const changed = sorted(observed).flatMap((resource) => {
    const before = then.get(resource.id);
    if (before === undefined) return [`${resource.id} has come`];
    return before === fingerprint(resource) ? [] : [`${resource.id} has changed`];
  });
  const gone = [...then.keys()].filter((id) => !observed.resources.has(id)).map((id) => `${id} has gone`);
  return [...changed, ...gone];
}

/** Of all that a state holds, wherever in a file it is asked for. */
export const fingerprintOf = (state: State): string =>
  hash(64, ...sorted(state).map((resource) => `${resource.id} ${fingerprint(resource)}`));
const fingerprint = ({ props }: Resource): string => hash(16, canonical(props));
const sorted = ({ resources }: State): readonly Resource[] => [...resources.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The order of keys is of no meaning, and what is undefined is not there. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isObject(inner) ? inOrder(inner as object) : inner));
}

const inOrder = (object: object): object => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
