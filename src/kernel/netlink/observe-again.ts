/** The state of the machine once more, when it is known what of it may have changed. */
import { isDeepStrictEqual } from 'node:util';
import type { NamedNetnsObservation, Observation } from '../../model/observation.js';
import { HOST } from '../../model/state.js';
import type { Changed, ObservationScope } from '../kernel.js';
import { observeNodeFiles } from '../node-files/observe.js';
import { observeProcesses } from '../processes/observe.js';
import { asObserved, inOrder, isHost, observeOne, readSurroundings, visitNamespaces, type Observed } from './observe.js';
import { withParents } from './parents.js';
import type { Sessions } from './sessions.js';

/** Gives the very object that was seen before if it is all as it was. */
export function observeAgain(sessions: Sessions, scope: ObservationScope, seen: Observation, changed: Changed): Observation {
  const isHostAnew = changed.namespaces.has(HOST);
  const anew = namespacesAnew(sessions, scope, seen.namespaces, changed.namespaces);
  const home = isHostAnew ? observeOne(sessions, sessions.host(), scope) : { ...seen.host, stale: false };
  const [host, ...namespaces] = withParents(sessions, [home, ...anew]) as Observed;
  const isSurroundingAnew = isHostAnew || anew.some((ns) => changed.namespaces.has(ns.netns) && isHost(scope, ns));
  const { containers, ...before } = seen;
  const now: Observation = {
    ...before,
    host,
    namespaces,
    ...(isSurroundingAnew ? readSurroundings(sessions, scope, host, namespaces) : {}),
    ...(changed.files ? { files: observeNodeFiles(scope.lab) } : {}),
    ...(changed.processes ? { processes: observeProcesses(scope.lab, (netns) => sessions.path(netns)) } : {}),
    ...(containers === undefined ? {} : { containers }),
  };
  return isSame(now, seen) ? seen : now;
}

/** Others are the same objects as before. */
function namespacesAnew(
  sessions: Sessions,
  scope: ObservationScope,
  seen: readonly NamedNetnsObservation[],
  changed: ReadonlySet<string>,
): readonly NamedNetnsObservation[] {
  const names = [...changed].filter((name) => name !== HOST);
  if (names.length === 0) return seen;
  const asked = new Set(scope.namespaces);
  const visited = visitNamespaces(sessions, scope, names, asked);
  const now = new Map(seen.map((ns) => [ns.netns, [ns] as readonly NamedNetnsObservation[]]));
  names.forEach((name, i) => now.set(name, asObserved(sessions, scope, name, visited[i]!, asked)));
  return inOrder(now);
}

function isSame(now: Observation, seen: Observation): boolean {
  const { namespaces: those, ...other } = seen;
  const { namespaces: these, ...rest } = now;
  return (
    these.length === those.length &&
    these.every((ns, i) => ns === those[i] || isDeepStrictEqual(ns, those[i])) &&
    isDeepStrictEqual({ ...rest, host: { ...rest.host, stale: false } }, { ...other, host: { ...other.host, stale: false } })
  );
}
