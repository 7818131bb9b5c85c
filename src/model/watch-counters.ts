/** Numbers of `topo watch`, from its start on. */
import type { DriftCondition, WatchRepair } from './watch-event.js';

export interface LabCounters {
  readonly state: 'unknown' | 'in-sync' | 'drifted' | 'blocked';
  /** That differ now. */
  readonly objects: { readonly [condition in DriftCondition]: number };
  /** How often the differences have become others. */
  readonly drifts: number;
  readonly repairs: { readonly [outcome in WatchRepair['outcome']]: number };
  readonly refusals: number;
  readonly repairMilliseconds: number;
}

export interface WatchCounters {
  readonly labs: ReadonlyMap<string, LabCounters>;
  /** Whether each file is valid as it is now. */
  readonly files: ReadonlyMap<string, boolean>;
  /** How often announcements of the kernel were lost. */
  readonly lost: number;
  readonly announcements: number;
  /** How often all of a lab was read. */
  readonly fullReads: number;
}
