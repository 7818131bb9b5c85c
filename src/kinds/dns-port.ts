/** Somebody who listens on the port that a server of the lab needs: it would end at once, and its own words are few. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { ListenerObservation } from '../model/observation.js';
import type { ResourceId, State } from '../model/state.js';
import type { HostPorts } from './host-ports.js';
import { hears, namesOf, placeOf } from './port-in-use.js';

/** Of servers that do not run yet: one that runs has its port. `running`: the lab's own processes, each with the number of the first one. */
export function neededPorts(
  desired: State,
  needs: (definition: unknown) => readonly HostPorts[],
  running: ReadonlyMap<ResourceId, number>,
  listeners: readonly ListenerObservation[],
): readonly Diagnostic[] {
  if (listeners.length === 0) return [];
  // What the plan ends, such as the server of a network that has another name now, ends before others start.
  const leaving = new Set([...running].flatMap(([id, pid]) => (desired.resources.has(id) ? [] : [pid])));
  const staying = listeners.filter(
    ({ processes }) => processes.length === 0 || !processes.every(({ ancestors }) => ancestors.some((pid) => leaving.has(pid))),
  );
  const conflicts = new Map<string, Diagnostic>();
  for (const { id, kind, netns, definition } of desired.resources.values()) {
    if (kind !== 'process' || running.has(id)) continue;
    for (const ours of needs(definition)) {
      const others = staying.filter((listener) => listener.netns === netns && hears(listener, ours));
      for (const listener of others) conflicts.set(`${ours.path} ${listener.port} ${namesOf(listener)}`, conflict(ours, listener));
    }
  }
  return [...conflicts.values()];
}

function conflict({ path, at, address, from }: HostPorts, listener: ListenerObservation): Diagnostic {
  return {
    code: 'dns-port-in-use',
    severity: 'error',
    message: `${path}: ${namesOf(listener)} listens on ${placeOf(listener)} of the host already, and the DNS server of the network needs port ${from} of ${address}`,
    at,
    hint: 'stop that process, or let it listen on addresses of its own only (dnsmasq: --interface=… and --bind-dynamic); or leave dns: server out',
  };
}
