/** What `topo watch` tells, as plain data: printed for people, written as one JSON object a line, and counted. */
import type { Diagnostic, SourceRange } from './diagnostic.js';
import type { PropValue, ResourceId } from './state.js';

/** Why somebody looked. */
export type Cause = 'start' | 'kernel' | 'file' | 'resync' | 'retry';

/** What is the matter with an object. */
export type DriftCondition = 'drifted' | 'missing' | 'unexpected';

export interface DriftObject {
  readonly id: ResourceId;
  readonly kind: string;
  readonly netns: string;
  readonly title: string;
  readonly status: DriftCondition;
  /** What differs: `from` is the kernel's, `to` the topology's. */
  readonly fields: readonly { readonly field: string; readonly from: PropValue; readonly to: PropValue }[];
  readonly path?: string;
  readonly at?: SourceRange;
}

/** What the kernel refused, or what came back. */
export interface Refusal {
  readonly id: ResourceId;
  readonly errno: string;
  readonly message: string;
  readonly at?: SourceRange;
}

export interface WatchedFile {
  readonly lab: string;
  readonly file: string;
}

export type WatchEvent =
  /** First of all, once everything has been read. */
  | {
      readonly type: 'watching';
      readonly repair: boolean;
      readonly prune: boolean;
      readonly labs: readonly WatchedFile[];
      /** Where the metrics are, if they are served. */
      readonly metrics?: string;
    }
  /** A lab has come, or its file has gone: `left` is not watched any more and stays, `pruned` is destroyed. */
  | ({ readonly type: 'lab'; readonly change: 'added' | 'left' | 'pruned' } & WatchedFile)
  | {
      readonly type: 'file';
      readonly file: string;
      /** Of what is in it, or was in it when it could be read last. */
      readonly lab: string | null;
      /** `invalid`, `missing`: what it said last goes on. */
      readonly state: 'changed' | 'invalid' | 'missing';
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Another commit is checked out. */
  | { readonly type: 'revision'; readonly repository: string; readonly commit: string | null; readonly branch: string | null }
  /** The differences are others than before; all there are now. */
  | {
      readonly type: 'drift';
      readonly lab: string;
      readonly cause: Cause;
      readonly objects: readonly DriftObject[];
      /** Some of them have not stayed repaired, and are left alone for so long; absent: none. */
      readonly retryMilliseconds?: number;
    }
  /** There are none any more, or none from the start. */
  | { readonly type: 'in-sync'; readonly lab: string; readonly cause: Cause }
  /** Foreign objects in the way, or something else for which nothing may be done. */
  | { readonly type: 'blocked'; readonly lab: string; readonly diagnostics: readonly Diagnostic[] }
  | WatchRepair
  /** Announcements of the kernel were lost: everything is read again. */
  | { readonly type: 'lost' }
  /** Somebody else is changing the machine. */
  | { readonly type: 'waiting'; readonly lab: string; readonly holder: string }
  /** An apply is to be confirmed, or is reverted at that time (ISO 8601): nothing is repaired until then. */
  | { readonly type: 'unconfirmed'; readonly lab: string; readonly until: string }
  /** What the file asks for was applied, not confirmed, and reverted at that time: that is not done again. */
  | { readonly type: 'reverted'; readonly lab: string; readonly at: string }
  | { readonly type: 'stopped'; readonly signal: string };

export interface WatchRepair {
  readonly type: 'repair';
  readonly lab: string;
  readonly outcome: 'complete' | 'differs' | 'failed' | 'interrupted';
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly failed: number;
  readonly refusals: readonly Refusal[];
  /** What was refused is left alone for so long; absent: nothing was. */
  readonly retryMilliseconds?: number;
  readonly milliseconds: number;
}

/** With the time, ISO 8601. */
export type TimedWatchEvent = WatchEvent & { readonly time: string };
