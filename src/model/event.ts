/**
 * What happens while a plan is carried out, in order, as plain data: printed for people or written as one JSON object
 * a line. An index is the action's place in the plan of the last `plan` event.
 */
import type { Diagnostic, SourceRange } from './diagnostic.js';
import type { Operation } from './operation.js';
import type { Action, Plan } from './plan.js';
import type { ResourceId } from './state.js';

export type Event =
  /** Somebody else is changing the machine: apply waits. */
  | { readonly type: 'waiting'; readonly holder: string }
  /** First of all, and once more where a failure is undone (`rollback`): the actions that follow are this plan's. */
  | { readonly type: 'plan'; readonly phase: Phase; readonly plan: Plan }
  | ({ readonly type: 'action-start' } & ActionReference)
  /** A line that the action's command has written. */
  | ({ readonly type: 'output'; readonly line: string } & ActionReference)
  /** The kernel took it. */
  | ({ readonly type: 'action-done' } & ActionReference)
  | ActionFailed
  /** Something else than an operation went wrong: the kernel, or a container runtime, could not be asked any more. */
  | { readonly type: 'broken'; readonly diagnostics: readonly Diagnostic[] }
  /** Not done, because what it stands on was refused. */
  | ({ readonly type: 'action-skipped'; readonly because: ResourceId } & ActionReference)
  /** A namespace that has lost its name and lives on, with the processes that hold it. */
  | {
      readonly type: 'held';
      readonly netns: string;
      readonly processes: readonly { readonly pid: number; readonly command: string }[];
    }
  /**
   * A signal came: the batch in flight was ended, nothing new is begun. `atOnce`: a second one came, and what was in flight is
   * half done.
   */
  | { readonly type: 'interrupted'; readonly signal: string; readonly atOnce?: true; readonly unfinished: readonly ActionReference[] }
  /** The kernel was read again: what a new plan would still do; nothing, if all is well. */
  | { readonly type: 'verify'; readonly ok: boolean; readonly differences: readonly Action[] }
  /** After a rollback: what is there again, or is not, and is not the very same. */
  | { readonly type: 'not-restored'; readonly losses: readonly Loss[] }
  /** It is done, and is reverted at that time (ISO 8601) unless somebody confirms it. */
  | { readonly type: 'unconfirmed'; readonly lab: string; readonly until: string }
  | Summary;

/** What no rollback brings back. */
export interface Loss {
  readonly id: ResourceId;
  /** `another process, with a new number` */
  readonly what: string;
}

/** What a refusal of the kernel leads to. */
export const ON_ERROR = ['rollback', 'stop', 'continue'] as const;
export type OnError = (typeof ON_ERROR)[number];

export type Phase = 'apply' | 'destroy' | 'rollback';

export interface ActionReference {
  readonly index: number;
  readonly id: ResourceId;
  readonly action: 'create' | 'update' | 'delete';
  /** One half of a replacement. */
  readonly replacement: boolean;
  /** How many kernel operations it has; none where another action's do it too. */
  readonly operations: number;
}

export type ActionFailed = {
  readonly type: 'action-failed';
  /** `EEXIST` … */
  readonly errno: string;
  /** The kernel's own sentence, where it gave one. */
  readonly message: string;
  /** The operation that was refused; those before it were done. */
  readonly operation: Operation;
  /** The line that asked for the object. */
  readonly at?: SourceRange;
} & ActionReference;

/** Always the last event. */
export interface Summary {
  readonly type: 'summary';
  readonly command: 'apply' | 'destroy';
  /**
   * `complete`: done and verified. `differs`: done, but the kernel has something else. `failed`: the kernel refused.
   * `rolled-back`: it refused, and all is as it was before: nothing counts as done.
   */
  readonly outcome: 'complete' | 'differs' | 'failed' | 'rolled-back' | 'interrupted';
  /** Absent: none. */
  readonly adopted?: number;
  /** Nodes and networks. Absent: none. */
  readonly moved?: number;
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly failed: number;
  /** What the plan asked for and was not done. */
  readonly unfinished: readonly ActionReference[];
  /** Wall time from the first event on. */
  readonly milliseconds: number;
}
