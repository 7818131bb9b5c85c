import { BEHIND, WITHIN_NETNS } from '../kinds/kind.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { KindOf } from './judge.js';

/**
 * What is needed first, and where that leaves a choice: by stage, then, within namespaces, one namespace after the
 * other. A cycle is a broken invariant and is named with its path.
 */
export function inOrder(resources: readonly Resource[], kindOf: KindOf): readonly Resource[] {
  const sorted = byStage(resources, kindOf);
  // What is placed is taken out.
  const open = new Map<ResourceId, Resource>();
  for (const resource of sorted) open.set(resource.id, resource);
  const result: Resource[] = [];
  const place = (resource: Resource, path: readonly ResourceId[]): void => {
    if (path.includes(resource.id)) throw new Error(`these objects need each other: ${[...path, resource.id].join(' -> ')}`);
    for (const id of resource.needs) {
      const needed = open.get(id);
      if (needed !== undefined) place(needed, [...path, resource.id]);
    }
    open.delete(resource.id);
    result.push(resource);
  };
  for (const resource of sorted) if (open.has(resource.id)) place(resource, NOTHING);
  return result;
}

const NOTHING: readonly ResourceId[] = [];

/** More than there are stages. */
const STAGES = 1000;

function byStage(resources: readonly Resource[], kindOf: KindOf): readonly Resource[] {
  const namespaces = new Map<string, number>();
  const keyOf = (resource: Resource): number => {
    const stage = kindOf(resource.kind).stage(resource);
    if (stage >= BEHIND) return STAGES * STAGES * STAGES + stage;
    if (stage < WITHIN_NETNS) return stage;
    const namespace = namespaces.get(resource.netns) ?? namespaces.size;
    namespaces.set(resource.netns, namespace);
    return STAGES * (namespace + 1) + stage;
  };
  // Within a key they stay in the order of the file.
  const byKey = new Map<number, Resource[]>();
  for (const resource of resources) {
    const key = keyOf(resource);
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [resource]);
    else list.push(resource);
  }
  return [...byKey.keys()].sort((a, b) => a - b).flatMap((key) => byKey.get(key) ?? []);
}
