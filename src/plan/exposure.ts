/** What a plan opens to others, and what it closes. */
import type { ExposedPort, ExposureChange, OpenNetwork, OpenNetworkChange } from '../model/exposure.js';
import type { Move } from '../model/moves.js';
import type { Action } from '../model/plan.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import type { KindOf } from './judge.js';

export function exposureOf(actions: readonly Action[], kindOf: KindOf): readonly ExposureChange[] {
  const exposedBy = (resource: Resource): readonly ExposedPort[] => kindOf(resource.kind).exposes?.(resource) ?? [];
  const before = actions.flatMap(({ change }) => (change.action === 'create' ? [] : exposedBy(change.before)));
  const after = actions.flatMap(({ change }) => (change.action === 'delete' ? [] : exposedBy(change.after)));
  if (before.length === 0 && after.length === 0) return [];
  const stays = new Set(before.map(textOf));
  const there = new Set(after.map(textOf));
  const gone = new Map(before.filter((port) => !there.has(textOf(port))).map((port) => [placeOf(port), port]));
  const changes = after
    .filter((port) => !stays.has(textOf(port)))
    .map((port): ExposureChange => {
      const was = gone.get(placeOf(port));
      gone.delete(placeOf(port));
      return was === undefined ? { change: 'opened', port } : { change: 'moved', port, before: was };
    });
  return [...changes, ...[...gone.values()].map((port): ExposureChange => ({ change: 'closed', port }))];
}

/** Not of actions alone: where rules change, the network itself does not. */
export function openNetworks(desired: State, observed: State, kindOf: KindOf): readonly OpenNetworkChange[] {
  const before = new Map([...openIn(observed, kindOf, desired.moves), ...openWithout(desired, observed, kindOf)]);
  const after = openIn(desired, kindOf);
  return [
    ...[...after].flatMap(([key, one]) => (before.has(key) ? [] : [{ change: 'opened', ...one } as const])),
    ...[...before].flatMap(([key, one]) => (after.has(key) ? [] : [{ change: 'closed', ...one } as const])),
  ];
}

/** What is moved counts under its new name. */
function openIn({ resources }: State, kindOf: KindOf, moves: readonly Move[] = []): ReadonlyMap<string, OpenNetwork> {
  const has = (id: ResourceId): boolean => resources.has(id);
  const open = new Map<string, OpenNetwork>();
  for (const resource of resources.values())
    for (const one of kindOf(resource.kind).opens?.(resource, has) ?? []) {
      const network = moves.find(({ section, from }) => section === 'networks' && from === one.network)?.to ?? one.network;
      open.set(keyOf({ ...one, network }), { ...one, network });
    }
  return open;
}

function openWithout(desired: State, observed: State, kindOf: KindOf): ReadonlyMap<string, OpenNetwork> {
  const missing = [...desired.resources.values()].filter(
    ({ id, kind }) => kindOf(kind).opensWithout !== undefined && !observed.resources.has(id),
  );
  if (missing.length === 0) return new Map();
  const places = new Set<string>();
  for (const resource of observed.resources.values())
    for (const { netns, name } of kindOf(resource.kind).interfaces?.(resource) ?? []) places.add(`${netns}/${name}`);
  const has = (id: ResourceId): boolean => desired.resources.has(id);
  const isThere = (netns: string, name: string): boolean => places.has(`${netns}/${name}`);
  const open = missing.flatMap((wanted) => kindOf(wanted.kind).opensWithout?.(wanted, has, isThere) ?? []);
  return new Map(open.map((one) => [keyOf(one), one]));
}

const keyOf = ({ network, routed }: OpenNetwork): string => `${network} ${routed === true}`;

const textOf = (port: ExposedPort): string => JSON.stringify(port);

function placeOf({ host = '', protocol, from, to, address, families }: ExposedPort): string {
  return JSON.stringify([host, protocol, from, to, address, families]);
}
