/** A plan's actions as a reader sees them: one block per object, both halves of a replacement in one, by namespace. */
import type { Action, FieldChange, Plan } from '../model/plan.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import { sameValue } from './value-text.js';

export type BlockAction = 'create' | 'adopt' | 'move' | 'update' | 'delete' | 'replace';

export interface Block {
  readonly id: ResourceId;
  readonly action: BlockAction;
  readonly before?: Resource;
  readonly after?: Resource;
  readonly fields: readonly FieldChange[];
  readonly reason: string;
  /** The replaced thing that this one stands on. */
  readonly because?: ResourceId;
}

export interface Group {
  readonly netns: string;
  readonly blocks: readonly Block[];
}

export const SYMBOLS: { readonly [action in BlockAction]: string } = {
  create: '+',
  adopt: '=',
  move: '->',
  update: '~',
  delete: '-',
  replace: '-/+',
};

/** As `resourceOfAction`. */
export function resourceOf(block: Block): Resource {
  const resource = block.after ?? block.before;
  if (resource === undefined) throw new Error(`an action without a resource: ${block.id}`);
  return resource;
}

/** The object as it will be, or as it was if it goes. */
export function resourceOfAction({ change }: Action): Resource {
  return change.action === 'delete' ? change.before : change.after;
}

/** The host first, then namespaces in the order in which the plan comes to them. */
export function groupsOf(blocks: readonly Block[]): readonly Group[] {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const { netns } = resourceOf(block);
    const group = groups.get(netns);
    if (group === undefined) groups.set(netns, [block]);
    else group.push(block);
  }
  const all = [...groups].map(([netns, members]) => ({ netns, blocks: members }));
  return [...all.filter((group) => group.netns === HOST), ...all.filter((group) => group.netns !== HOST)];
}

/** One block per object, in the plan's order; a replacement stands where its second half does: behind what it stands on. */
export function blocksOf(plan: Plan): readonly Block[] {
  const halves = new Map<ResourceId, Action[]>();
  for (const action of plan.actions) {
    const known = halves.get(action.id) ?? [];
    halves.delete(action.id);
    halves.set(action.id, [...known, action]);
  }
  return [...halves.values()].map(blockOf);
}

function blockOf(halves: readonly Action[]): Block {
  const [first] = halves;
  if (first === undefined) throw new Error('no action');
  const { id, reason, replacement } = first;
  if (halves.every(({ change }) => change.action === 'update')) return updateOf(halves);
  const before = beforeOf(halves);
  const after = afterOf(halves);
  const both = before !== undefined && after !== undefined;
  return {
    id,
    reason,
    action: both ? 'replace' : first.change.action,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    fields: both ? fieldsBetween(before, after, replacement?.fields ?? []) : entriesOf(first),
    ...(replacement?.because === undefined ? {} : { because: replacement.because }),
  };
}

/** Of a table that goes. */
const entriesOf = ({ change }: Action): readonly FieldChange[] => (change.action === 'delete' ? (change.fields ?? []) : []);

/** A rename comes before what else changes. */
function updateOf(parts: readonly Action[]): Block {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last?.change.action !== 'update') throw new Error('no update');
  const fields = parts.flatMap(({ change }) => (change.action === 'update' ? change.fields : []));
  const action = parts.some(({ adopts }) => adopts === true) ? 'adopt' : parts.some(({ moved }) => moved !== undefined) ? 'move' : 'update';
  return { id: first.id, reason: first.reason, ...last.change, fields, action };
}

function beforeOf(halves: readonly Action[]): Resource | undefined {
  return halves.flatMap(({ change }) => (change.action === 'create' ? [] : [change.before]))[0];
}

function afterOf(halves: readonly Action[]): Resource | undefined {
  return halves.flatMap(({ change }) => (change.action === 'delete' ? [] : [change.after]))[0];
}

/** Those that the plan names, and what else changes on this occasion. */
function fieldsBetween(before: Resource, after: Resource, named: readonly FieldChange[]): readonly FieldChange[] {
  const known = new Set(named.map((change) => change.field));
  const names = new Set([...Object.keys(after.props), ...Object.keys(before.props)]);
  const others = [...names].filter((field) => !known.has(field) && !sameValue(before.props[field], after.props[field]));
  return [
    ...named,
    ...others.map((field) => ({
      field,
      from: before.props[field] ?? null,
      to: after.props[field] ?? null,
      forcesReplacement: false,
    })),
  ];
}
