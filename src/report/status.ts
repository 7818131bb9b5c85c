/** In sync or drifted, object by object: a plan read the other way round. */
import type { SourceRange } from '../model/diagnostic.js';
import type { FieldChange, Plan } from '../model/plan.js';
import type { RoutingStatus } from '../model/routing-status.js';
import type { Props, Resource, ResourceId, State } from '../model/state.js';
import { blocksOf, resourceOf, type Block } from './blocks.js';
import type { Words } from './words.js';

export type Condition = 'ok' | 'drifted' | 'missing' | 'unexpected';

/** One JSON document: schemas/status.schema.json. */
export interface StatusDocument {
  readonly format: 'topo-status/1';
  readonly lab: string;
  readonly inSync: boolean;
  readonly summary: { readonly [condition in Condition]: number };
  readonly objects: readonly ObjectStatus[];
  /** Of nodes in which a routing daemon runs; absent where there are none. */
  readonly routing?: readonly RoutingStatus[];
  /** The last apply is not confirmed yet; absent: nothing is to be confirmed. */
  readonly confirmation?: Confirmation;
  /** What the file asks for was applied and taken back; absent: it was not, or somebody has applied since. */
  readonly reverted?: Reverted;
}

export interface Reverted {
  /** ISO 8601. */
  readonly at: string;
}

export interface Confirmation {
  /** ISO 8601. */
  readonly until: string;
  /** Whoever would revert it is there. */
  readonly watched: boolean;
}

export interface ObjectStatus {
  readonly id: ResourceId;
  readonly kind: string;
  readonly netns: string;
  readonly title: string;
  readonly status: Condition;
  readonly path?: string;
  readonly at?: SourceRange;
  /** What else is known of it, such as since when it is there. */
  readonly facts?: Props;
  /** What differs: `from` is the kernel's, `to` the topology's. */
  readonly fields: readonly Omit<FieldChange, 'forcesReplacement'>[];
}

export interface StatusInput {
  /** From `observed` to `desired`. */
  readonly plan: Plan;
  readonly desired: State;
  readonly observed: State;
  readonly routing?: readonly RoutingStatus[];
  readonly confirmation?: Confirmation;
  readonly reverted?: Reverted;
}

/** Objects in the order of the topology, then those that nobody asked for. */
export function statusOf({ plan, desired, observed, routing = [], confirmation, reverted }: StatusInput, words: Words): StatusDocument {
  const blocks = new Map(blocksOf(plan).map((block) => [block.id, block]));
  const wanted = [...desired.resources.values()].map((resource) =>
    entry(resource, blocks.get(resource.id), words, observed.resources.get(resource.id)?.facts),
  );
  const others = [...observed.resources.values()]
    .filter(({ id, keep }) => !desired.resources.has(id) && keep !== true)
    .map((resource) => entry(resource, blocks.get(resource.id), words, resource.facts));
  const objects = [...wanted, ...others];
  const summary = { ok: 0, drifted: 0, missing: 0, unexpected: 0 };
  for (const { status } of objects) summary[status] += 1;
  const document = { format: 'topo-status/1', lab: plan.lab, inSync: summary.ok === objects.length, summary, objects } as const;
  return {
    ...document,
    ...(routing.length === 0 ? {} : { routing }),
    ...(confirmation === undefined ? {} : { confirmation }),
    ...(reverted === undefined ? {} : { reverted }),
  };
}

function entry(resource: Resource, block: Block | undefined, words: Words, facts: Props | undefined): ObjectStatus {
  const { id, kind, netns, path, at } = block === undefined ? resource : resourceOf(block);
  return {
    id,
    kind,
    netns,
    title: words.title(resource),
    status: conditionOf(block),
    ...(facts === undefined ? {} : { facts }),
    ...(path === undefined ? {} : { path }),
    ...(at === undefined ? {} : { at }),
    fields: (block?.fields ?? []).map(({ field, from, to }) => ({ field, from, to })),
  };
}

/** What is to be made anew only because of another object is itself as it should be. */
export function conditionOf(block: Block | undefined): Condition {
  if (block === undefined) return 'ok';
  if (block.action === 'create') return 'missing';
  if (block.action === 'delete') return 'unexpected';
  return block.fields.length === 0 ? 'ok' : 'drifted';
}
