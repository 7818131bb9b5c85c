import type { Renaming } from '../model/moves.js';
import { findState } from '../kinds/find.js';
import type { Changed, Kernel, Nodes, ObservationScope } from '../kernel/kernel.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Observation } from '../model/observation.js';
import { HOST, type State } from '../model/state.js';

/** What a topology wants of the kernel, and what has to be read to judge that. */
export interface Wanted {
  readonly state: State;
  readonly observe: Omit<ObservationScope, 'lab'>;
  /** What is somebody else's and in the way is taken over where it can be. */
  readonly adopt?: boolean;
}

export interface Observed {
  readonly state: State;
  /** Foreign objects in the way: nothing may be done while there are any. */
  readonly conflicts: readonly Diagnostic[];
  /** What is renamed before everything else. */
  readonly renamings: readonly Renaming[];
  readonly observation: Observation;
}

/** Reads the kernel and finds the lab in it; changes nothing. With `nodes` only the namespaces of hosts are read. */
export function observeLab(kernel: Kernel, wanted: Wanted, nodes?: Nodes): Observed {
  const observation = readKernel(kernel, wanted, nodes);
  const { state, conflicts, renamings } = findState(observation, wanted.state, wanted.adopt === undefined ? {} : { adopt: wanted.adopt });
  return { state, conflicts, renamings, observation };
}

const scopeOf = ({ state, observe }: Wanted): ObservationScope => ({ lab: state.lab, ...observe });

export function readKernel(kernel: Kernel, wanted: Wanted, nodes?: Nodes): Observation {
  return kernel.observe(scopeOf(wanted), nodes);
}

export function readNodes(kernel: Kernel, wanted: Wanted): Nodes {
  return kernel.observeNodes(scopeOf(wanted));
}

/** Only what may have changed is read. */
export function readAgain(kernel: Kernel, wanted: Wanted, seen: Observation, changed: Changed): Observation {
  return kernel.observeAgain(scopeOf(wanted), seen, changed);
}

/** Nothing at all: what destroy wants of a lab. */
export function nothing(lab: string): Wanted {
  return { state: { lab, resources: new Map() }, observe: { namespaces: [], sysctls: new Map(), rules: [HOST] } };
}
