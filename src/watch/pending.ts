/** What has changed since a lab was looked at, as far as anybody heard. */
import type { Changed, Notices } from '../kernel/kernel.js';
import type { Observation } from '../model/observation.js';
import { HOST } from '../model/state.js';

/** `all`: anything may have changed. */
export type Pending = Changed | 'all' | null;

const NOTHING: Changed = { namespaces: new Set(), files: false, processes: false, containers: false };

export function together(a: Pending, b: Pending): Pending {
  if (a === null || b === null) return a ?? b;
  if (a === 'all' || b === 'all') return 'all';
  return {
    namespaces: new Set([...a.namespaces, ...b.namespaces]),
    files: a.files || b.files,
    processes: a.processes || b.processes,
    containers: a.containers || b.containers,
  };
}

export const ofNamespaces = (names: Iterable<string>): Pending => ({ ...NOTHING, namespaces: new Set(names) });

/** Of namespaces that came, went or got another name: a node that is moved takes the records of its processes along, which nothing announces. */
export const ofNames = (names: Iterable<string>): Pending => ({ ...NOTHING, namespaces: new Set(names), processes: true });

export const OF_FILES: Pending = { ...NOTHING, files: true };

/** What the notices mean for the lab that was seen so, with namespaces of these names. */
export function ofNotices(notices: Notices, observation: Observation, names: ReadonlySet<string>): Pending {
  if (notices.isLost) return 'all';
  const namespaces = [...notices.namespaces].filter((netns) => netns === HOST || names.has(netns));
  const processes = observation.processes.some(({ pid, running }) => running && notices.processes.has(pid));
  const containers = observation.containers?.found.some(({ pid }) => notices.processes.has(pid)) === true;
  if (namespaces.length === 0 && !processes && !containers) return null;
  return { ...NOTHING, namespaces: new Set(namespaces), processes, containers };
}

/** Names of namespaces that a lab has or wants. */
export function namesOf(observation: Observation, wanted: readonly string[]): ReadonlySet<string> {
  return new Set([...wanted, ...observation.namespaces.map(({ netns }) => netns)]);
}
