import type { Renaming } from '../model/moves.js';
import { findState } from '../kinds/find.js';
import type { Changed, Kernel, ObservationScope } from '../kernel/kernel.js';
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

/** Reads the kernel and finds the lab in it; changes nothing. With `seen` only the namespaces of hosts are read. */
export function observeLab(kernel: Kernel, wanted: Wanted, seen?: Observation): Observed {
  const observation = readKernel(kernel, wanted, seen);
  const { state, conflicts, renamings } = findState(observation, wanted.state, wanted.adopt === undefined ? {} : { adopt: wanted.adopt });
  return { state, conflicts, renamings, observation };
}

/** With `changed` only that is read. */
export function readKernel(kernel: Kernel, wanted: Wanted, seen?: Observation, changed?: Changed): Observation {
  return kernel.observe({ lab: wanted.state.lab, ...wanted.observe }, seen, changed);
}

/** Nothing at all: what destroy wants of a lab. */
export function nothing(lab: string): Wanted {
  return { state: { lab, resources: new Map() }, observe: { namespaces: [], sysctls: new Map(), rules: [HOST] } };
}
