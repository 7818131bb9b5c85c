/** What waits in a namespace's queue: an operation, taken apart into what one socket sends. */
import type {
  AddressOperation,
  FdbOperation,
  LinkAdd,
  LinkAttributes,
  NeighbourOperation,
  NodeFilesOperation,
  Operation,
} from '../../model/operation.js';
import type { RouteOperation, RuleOperation } from '../../model/routes.js';
import type { QdiscOperation } from '../../model/qdisc.js';
import { encodeAddress } from './addresses.js';
import { encodeFdb, fdbVia } from './fdb.js';
import {
  encodeAltname,
  encodeBridgeAdd,
  encodeLinkDelete,
  encodeLinkSet,
  encodeMacvlanAdd,
  encodeVethAdd,
  encodeVxlanAdd,
  type Parent,
} from './link-encode.js';
import type { LinkNames } from './link-names.js';
import type { MessageWriter } from './message.js';
import { encodeNeighbour } from './neighbours.js';
import { encodeQdisc } from './qdiscs.js';
import { encodeRoute } from './routes.js';
import { encodeRule } from './rules.js';

export interface VethEndStep {
  readonly name: string;
  readonly attributes: LinkAttributes;
}

/** A veth as its outer end's namespace makes it. */
export interface VethStep {
  readonly op: 'veth-add';
  readonly outer: VethEndStep;
  readonly peer: VethEndStep;
  /** A file of the peer's namespace; null: the same namespace. */
  readonly peerNetns: number | null;
  /** Where the name of a peer in another namespace is known. */
  readonly peerLinks?: LinkNames;
}

/** A macvlan whose parent is known. */
export interface MacvlanStep extends Omit<LinkAdd, 'op' | 'parent'> {
  readonly op: 'macvlan-add';
  readonly parent: Parent;
}

export type Step =
  | VethStep
  | MacvlanStep
  | LinkAdd
  | Extract<Operation, { op: 'link-set' | 'link-delete' }>
  | Extract<Operation, { op: 'altname-add' | 'altname-delete' }>
  | AddressOperation
  | RouteOperation
  | RuleOperation
  | NeighbourOperation
  | FdbOperation
  | QdiscOperation;

/** The operation as people know it. */
export function operationName(step: Step): Operation['op'] {
  return step.op === 'veth-add' || step.op === 'macvlan-add' ? 'link-add' : step.op;
}

/** Other links of the namespace that attributes name. */
function linksNamed({ master, dev }: LinkAttributes): readonly string[] {
  return [master, dev].filter((name) => typeof name === 'string' && name !== '') as readonly string[];
}

/** Links that must be there. */
export function linksNeeded(step: Step): readonly string[] {
  switch (step.op) {
    case 'veth-add':
      return [...linksNamed(step.outer.attributes), ...(step.peerNetns === null ? linksNamed(step.peer.attributes) : [])];
    case 'link-add':
    case 'link-set':
    case 'macvlan-add':
      return linksNamed(step.attributes);
    case 'address-add':
    case 'address-replace':
    case 'address-delete':
    case 'neighbour-set':
    case 'neighbour-delete':
    case 'qdisc-set':
    case 'qdisc-delete':
      return [step.dev];
    case 'fdb-set':
    case 'fdb-append':
    case 'fdb-delete':
      return step.other === undefined || step.other === '' ? [step.dev] : [step.dev, ...fdbVia(step)];
    case 'route-add':
    case 'route-replace':
    case 'route-delete':
      return [...(step.dev === '' ? [] : [step.dev]), ...(step.nexthops ?? []).map(({ dev }) => dev)];
    case 'link-delete':
    case 'altname-add':
    case 'altname-delete':
    case 'rule-add':
    case 'rule-ensure':
    case 'rule-delete':
      return NONE;
  }
}

const NONE: readonly string[] = [];

/** Links that the step makes in its own namespace: none of that name may be there, for the mark would land on it. */
export function linksMade(step: Step): readonly string[] {
  if (step.op === 'veth-add') return step.peerNetns === null ? [step.outer.name, step.peer.name] : [step.outer.name];
  return step.op === 'link-add' || step.op === 'macvlan-add' ? [step.name] : NONE;
}

export function encodeStep(writer: MessageWriter, step: Step, links: LinkNames): void {
  const indexOf = (name: string): number => links.index(name);
  switch (step.op) {
    case 'veth-add':
      return encodeVethAdd(writer, step.outer, step.peer, step.peerNetns, indexOf);
    case 'macvlan-add':
      return encodeMacvlanAdd(writer, step, step.parent, indexOf);
    case 'link-add':
      return step.type === 'vxlan' ? encodeVxlanAdd(writer, step, indexOf) : encodeBridgeAdd(writer, step, indexOf);
    case 'link-set':
      return encodeLinkSet(writer, { name: step.name }, step.attributes, indexOf);
    case 'link-delete':
      return encodeLinkDelete(writer, step.name);
    case 'altname-add':
    case 'altname-delete':
      return encodeAltname(writer, step.op, step.name, step.altname);
    case 'address-add':
    case 'address-replace':
    case 'address-delete':
      return encodeAddress(writer, step, links.index(step.dev));
    case 'route-add':
    case 'route-replace':
    case 'route-delete':
      return encodeRoute(writer, step, indexOf);
    case 'rule-add':
    case 'rule-ensure':
    case 'rule-delete':
      return encodeRule(writer, step);
    case 'neighbour-set':
    case 'neighbour-delete':
      return encodeNeighbour(writer, step, links.index(step.dev));
    case 'fdb-set':
    case 'fdb-append':
    case 'fdb-delete':
      return encodeFdb(writer, step, indexOf);
    case 'qdisc-set':
    case 'qdisc-delete':
      return encodeQdisc(writer, step, links.index(step.dev));
  }
}

/** Operations of one kind that follow each other. */
export function runOf<Op extends Operation['op']>(
  operations: readonly Operation[],
  start: number,
  op: Op,
): readonly (Operation & { op: Op })[] {
  let end = start;
  while (operations[end]?.op === op) end++;
  return operations.slice(start, end) as (Operation & { op: Op })[];
}

/** A namespace that is there before and after gets a name, loses it, or gets another one. */
export type NameOperation = Extract<Operation, { op: 'netns-attach' | 'netns-detach' | 'netns-rename' }>;

const OF_NAMES: ReadonlySet<Operation['op']> = new Set<NameOperation['op']>(['netns-attach', 'netns-detach', 'netns-rename']);

export const isOfName = (operation: Operation): operation is NameOperation => OF_NAMES.has(operation.op);

export const isOfFiles = (operation: Operation): operation is NodeFilesOperation => operation.op.startsWith('node-files-');
