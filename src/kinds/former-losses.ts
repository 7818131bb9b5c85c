/** What is there again and is not the very same, and what is not there again. */
import type { Loss } from '../model/event.js';
import type { NetnsObservation, Observation } from '../model/observation.js';
import type { State } from '../model/state.js';
import type { Former } from './former.js';
import { containerId } from './ids-of-containers.js';
import { kindOf } from './index.js';

/** `desired` is what could be asked for. */
export function lossesOf(former: Former, desired: State, now: Observation): readonly Loss[] {
  return [
    ...ofNamespaces(former, now),
    ...ofLinks(former, now),
    ...ofProcesses(former, now),
    ...ofContainers(former, now),
    ...ofTheRest(former, desired),
  ];
}

const all = ({ host, namespaces }: Observation): ReadonlyMap<string, NetnsObservation> =>
  new Map([host, ...namespaces].map((ns) => [ns.netns, ns]));

function ofNamespaces({ state, observation }: Former, now: Observation): readonly Loss[] {
  const there = all(now);
  return observation.namespaces.flatMap(({ netns, inode }) => {
    const id = `netns:${netns}`;
    const ns = there.get(netns);
    if (!state.resources.has(id) || ns === undefined || ns.inode === inode) return [];
    return [{ id, what: 'another namespace of that name, with the settings that a new one has where the lab says nothing' }];
  });
}

function ofLinks({ state, observation }: Former, now: Observation): readonly Loss[] {
  const [before, there] = [all(observation), all(now)];
  const index = (namespaces: ReadonlyMap<string, NetnsObservation>, netns: string, name: string): number | undefined =>
    namespaces.get(netns)?.links.find((link) => link.name === name)?.index;
  return [...state.resources.values()].flatMap((one) => {
    const isAnew = (kindOf(one.kind).interfaces?.(one) ?? []).some(({ netns, name }) => {
      const now = index(there, netns, name);
      return name !== 'lo' && now !== undefined && now !== index(before, netns, name);
    });
    return isAnew ? [{ id: one.id, what: 'another interface of that name, with a new index' }] : [];
  });
}

function ofProcesses({ observation }: Former, now: Observation): readonly Loss[] {
  const there = new Map(now.processes.map((one) => [`process:${one.owner}/${one.name}`, one]));
  return observation.processes.flatMap(({ owner, name, running, pid }) => {
    const id = `process:${owner}/${name}`;
    const one = there.get(id);
    if (running && one?.running === true && one.pid !== pid) return [{ id, what: 'started again, with a new number' }];
    return !running && one === undefined ? [{ id, what: 'it had ended, and is not known any more' }] : [];
  });
}

function ofContainers({ observation }: Former, now: Observation): readonly Loss[] {
  const there = new Map((now.containers?.found ?? []).map((one) => [one.name, one]));
  return (observation.containers?.found ?? []).flatMap(({ name, id }) => {
    const one = there.get(name);
    if (one === undefined || one.id === id) return [];
    return [{ id: containerId(name), what: 'another container: what was written in the one before is gone' }];
  });
}

function ofTheRest({ state }: Former, desired: State): readonly Loss[] {
  return [...state.resources.values()].flatMap(({ id, kind, keep }) => {
    if (desired.resources.has(id) || keep === true || kind === 'process') return [];
    return [{ id, what: REASONS[kind] ?? 'it cannot be made again from what is known of it' }];
  });
}

const REASONS: { readonly [kind: string]: string } = {
  exec: 'what the command did went with its namespace: the next apply runs it again',
};
