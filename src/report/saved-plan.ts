/** A plan that is kept to be applied later, and nothing but it: schemas/saved-plan.schema.json. */
import type { Plan } from '../model/plan.js';
import type { Props, Resource, ResourceId, State } from '../model/state.js';
import { fingerprint, isObject, sorted } from './fingerprint.js';
import { isWithin, type JsonLimits } from './json-limits.js';
import { planDocument, type PlanDocument } from './plan-json.js';

export const SAVED_PLAN = 'topo-saved-plan/1';

export interface SavedPlan {
  readonly format: typeof SAVED_PLAN;
  /** 32 hex digits by chance: a plan is used once. */
  readonly id: string;
  /** Version of the program. */
  readonly program: string;
  /** ISO 8601. */
  readonly created: string;
  /** The start of the machine that it was made for: what is known of used plans ends with it. */
  readonly boot: string;
  /** Absolute path of the topology. */
  readonly file: string;
  readonly lab: string;
  /** Made with `--adopt`. */
  readonly adopt?: true;
  /** Each object that the topology asked for, with the variables of that time. */
  readonly desired: SavedObjects;
  /** Each object of the lab that the kernel had. */
  readonly observed: SavedObjects;
  /** What was shown, and what is going to be done. */
  readonly plan: PlanDocument;
}

export type SavedObjects = { readonly [id: ResourceId]: SavedObject };

export interface SavedObject {
  /** Of all properties as they are. */
  readonly fingerprint: string;
  /** As they are shown. */
  readonly props: Props;
}

/** What a plan was made of. */
export interface Basis {
  readonly plan: Plan;
  readonly desired: State;
  readonly observed: State;
  /** The properties of an object as they may be shown. */
  readonly shown: (resource: Resource) => Props;
}

export type About = Pick<SavedPlan, 'id' | 'program' | 'created' | 'boot' | 'file' | 'adopt'>;

export function savedPlan({ plan, desired, observed, shown }: Basis, about: About): SavedPlan {
  const objectsOf = (state: State): SavedObjects =>
    Object.fromEntries(sorted(state).map((resource) => [resource.id, { fingerprint: fingerprint(resource), props: shown(resource) }]));
  return {
    format: SAVED_PLAN,
    ...about,
    lab: plan.lab,
    desired: objectsOf(desired),
    observed: objectsOf(observed),
    plan: planDocument(plan),
  };
}

/** The document, each object of a state on a line. */
export function savedPlanJson({ desired, observed, plan, ...head }: SavedPlan): string {
  const linesOf = (objects: SavedObjects): string => {
    const lines = Object.entries(objects).map(([id, object]) => `    ${JSON.stringify(id)}: ${JSON.stringify(object)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  };
  const beginning = JSON.stringify(head, null, 2).slice(0, -'\n}'.length);
  const work = JSON.stringify(plan, null, 2).replaceAll('\n', '\n  ');
  return `${beginning},\n  "desired": ${linesOf(desired)},\n  "observed": ${linesOf(observed)},\n  "plan": ${work}\n}\n`;
}

/**
 * Twice what 4000 nodes take of which each has a network, a command and a published port: 47 MB, 1.65 million values, 13 levels, 24,000 names.
 * What keeps to them is read with less than 500 MB.
 */
export const PLAN_LIMITS: JsonLimits = { bytes: 96 * 1024 * 1024, values: 3_300_000, depth: 32, names: 60_000 };

/** Null: the text is no saved plan. */
export function parseSavedPlan(bytes: Buffer): SavedPlan | null {
  if (!isWithin(bytes, PLAN_LIMITS)) return null;
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isSavedPlan(document) ? document : null;
  } catch {
    return null;
  }
}

/** Each key, as schemas/saved-plan.schema.json has it; what is in the plan is compared as a whole. */
const CHECKS: { readonly [key in keyof Required<SavedPlan>]: (value: unknown) => boolean } = {
  format: (value) => value === SAVED_PLAN,
  id: (value) => isText(value) && /^[0-9a-f]{32}$/.test(value),
  program: isText,
  created: (value) => isText(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value,
  boot: isText,
  file: (value) => isText(value) && value.startsWith('/'),
  adopt: (value) => value === true || value === undefined,
  lab: isText,
  desired: areObjects,
  observed: areObjects,
  plan: isObject,
};

function isSavedPlan(document: unknown): document is SavedPlan {
  if (!isObject(document)) return false;
  const of = document as Record<string, unknown>;
  return Object.keys(of).every((key) => Object.hasOwn(CHECKS, key)) && Object.entries(CHECKS).every(([key, check]) => check(own(of, key)));
}

function areObjects(value: unknown): boolean {
  return isObject(value) && Object.values(value as object).every(isSavedObject);
}

function isSavedObject(value: unknown): boolean {
  if (!isObject(value)) return false;
  const of = value as Record<string, unknown>;
  const hashed = own(of, 'fingerprint');
  return Object.keys(of).length === 2 && isText(hashed) && /^[0-9a-f]{16}$/.test(hashed) && isObject(own(of, 'props'));
}

const own = (object: Record<string, unknown>, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
