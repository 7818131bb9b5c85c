/** That something is not to be destroyed, as a plan has to know it. */
import type { ResourceId } from './state.js';

/** The kind of those objects. */
export const PROTECTION = 'protection';

/** The `definition` of each, desired or observed. */
export interface ProtectionDefinition {
  /** As the file calls it: `nodes.web`, `networks.front`; '' for the lab. */
  readonly subject: string;
  /** Of a network; absent: not known. */
  readonly driver?: string;
  readonly objects: readonly ResourceId[];
}
