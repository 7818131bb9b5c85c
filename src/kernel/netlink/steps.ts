/** What waits in a namespace's queue: an operation, taken apart into what one socket sends. */
import type {
  AddressOperation,
  LinkAdd,
  LinkAttributes,
  NeighbourOperation,
  Operation,
  RouteOperation,
  RuleOperation,
} from '../../model/operation.js';
import { encodeAddress } from './addresses.js';
import { encodeAltname, encodeBridgeAdd, encodeLinkDelete, encodeLinkSet, encodeVethAdd } from './link-encode.js';
import type { LinkNames } from './link-names.js';
import type { MessageWriter } from './message.js';
import { encodeNeighbour } from './neighbours.js';
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

export type Step =
  | VethStep
  | LinkAdd
  | Extract<Operation, { op: 'link-set' | 'link-delete' }>
  | Extract<Operation, { op: 'altname-add' | 'altname-delete' }>
  | AddressOperation
  | RouteOperation
  | RuleOperation
  | NeighbourOperation;

/** The operation as people know it. */
export function operationName(step: Step): Operation['op'] {
  return step.op === 'veth-add' ? 'link-add' : step.op;
}

const masterOf = (attributes: LinkAttributes): readonly string[] => {
  const { master } = attributes;
  return typeof master === 'string' && master !== '' ? [master] : [];
};

/** Links that must be there. */
export function linksNeeded(step: Step): readonly string[] {
  switch (step.op) {
    case 'veth-add':
      return [...masterOf(step.outer.attributes), ...(step.peerNetns === null ? masterOf(step.peer.attributes) : [])];
    case 'link-add':
    case 'link-set':
      return masterOf(step.attributes);
    case 'address-add':
    case 'address-replace':
    case 'address-delete':
    case 'neighbour-set':
    case 'neighbour-delete':
      return [step.dev];
    case 'route-add':
    case 'route-replace':
    case 'route-delete':
      return step.dev === '' ? [] : [step.dev];
    case 'link-delete':
    case 'altname-add':
    case 'altname-delete':
    case 'rule-add':
    case 'rule-delete':
      return [];
  }
}

/** Links that the step makes in its own namespace: none of that name may be there, for the mark would land on it. */
export function linksMade(step: Step): readonly string[] {
  if (step.op === 'veth-add') return step.peerNetns === null ? [step.outer.name, step.peer.name] : [step.outer.name];
  return step.op === 'link-add' ? [step.name] : [];
}

export function encodeStep(writer: MessageWriter, step: Step, links: LinkNames): void {
  switch (step.op) {
    case 'veth-add':
      return encodeVethAdd(writer, vethEnd(step.outer, links), vethEnd(step.peer, links), step.peerNetns);
    case 'link-add':
      return encodeBridgeAdd(writer, step);
    case 'link-set':
      return encodeLinkSet(writer, { name: step.name }, step.attributes, masterIndex(step.attributes, links));
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
      return encodeRoute(writer, step, step.dev === '' ? 0 : links.index(step.dev));
    case 'rule-add':
    case 'rule-delete':
      return encodeRule(writer, step);
    case 'neighbour-set':
    case 'neighbour-delete':
      return encodeNeighbour(writer, step, links.index(step.dev));
  }
}

const masterIndex = (attributes: LinkAttributes, links: LinkNames): number => masterOf(attributes).map((name) => links.index(name))[0] ?? 0;

function vethEnd(end: VethEndStep, links: LinkNames): { name: string; attributes: LinkAttributes; master: number } {
  return { ...end, master: masterIndex(end.attributes, links) };
}
