/** A plan is a value: the ordered list of actions that leads from an observed to a desired state. */
import type { Diagnostic } from './diagnostic.js';
import type { ExposureChange, OpenNetworkChange } from './exposure.js';
import type { Operation } from './operation.js';
import type { PropValue, Resource, ResourceId } from './state.js';

export interface FieldChange {
  readonly field: string;
  readonly from: PropValue;
  readonly to: PropValue;
  /** This field cannot change in place. */
  readonly forcesReplacement: boolean;
}

export type Change =
  | { readonly action: 'create'; readonly after: Resource }
  | { readonly action: 'update'; readonly before: Resource; readonly after: Resource; readonly fields: readonly FieldChange[] }
  | {
      readonly action: 'delete';
      readonly before: Resource;
      /** The entries of a table that goes by itself. */
      readonly fields?: readonly FieldChange[];
    };

export interface Action {
  readonly id: ResourceId;
  readonly change: Change;
  /** Set on both halves of a replacement: the fields that force it, or the replaced thing it stands on. */
  readonly replacement?: { readonly fields: readonly FieldChange[]; readonly because?: ResourceId };
  /** It was somebody else's so far. */
  readonly adopts?: true;
  /** It had another name: what the file called it then, such as `nodes.a`. `true`: it stands on such a thing. */
  readonly moved?: string | true;
  /** Why, in a sentence: `not in the topology`, `missing in the kernel`, `mtu is 1500, not 1400`. */
  readonly reason: string;
  /** Empty where another action's operations do it too (the kernel takes it along). */
  readonly operations: readonly Operation[];
  /** Behind the operations of all actions, and part of this one: what sets a thing going that the others are to be ready for. */
  readonly finish?: readonly Operation[];
}

export interface Plan {
  readonly lab: string;
  /** In the order in which they are run. */
  readonly actions: readonly Action[];
  /** A replacement counts as one added and one destroyed. */
  /** Ports of the host that open, close or lead elsewhere; absent: none. */
  readonly exposure?: readonly ExposureChange[];
  /** Networks that become reachable from others, or cease to be; absent: none. */
  readonly networks?: readonly OpenNetworkChange[];
  /** What is worth knowing and no reason not to go on; absent: nothing. */
  readonly warnings?: readonly Diagnostic[];
  readonly summary: {
    readonly add: number;
    readonly change: number;
    readonly destroy: number;
    /** Absent: none. An object that is taken over counts as changed as well if more than its mark differs. */ readonly adopt?: number;
    /** Nodes and networks that are moved; absent: none. */ readonly move?: number;
  };
}
