import { LAST, WITHIN_NETNS } from '../kinds/kind.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { KindOf } from './judge.js';

/**
 * What is needed first, and where that leaves a choice: by stage, then, within namespaces, one namespace after the
 * other. A cycle is a broken invariant and is named with its path.
 */
export function inOrder(resources: readonly Resource[], kindOf: KindOf): readonly Resource[] {
  const sorted = byStage(resources, kindOf);
  const byId = new Map(sorted.map((resource) => [resource.id, resource]));
  const placed = new Set<ResourceId>();
  const result: Resource[] = [];
  const place = (resource: Resource, path: readonly ResourceId[]): void => {
    if (placed.has(resource.id)) return;
    if (path.includes(resource.id)) throw new Error(`these objects need each other: ${[...path, resource.id].join(' -> ')}`);
    for (const id of resource.needs) {
      const needed = byId.get(id);
      if (needed !== undefined && !placed.has(id)) place(needed, [...path, resource.id]);
    }
    placed.add(resource.id);
    result.push(resource);
  };
  for (const resource of sorted) place(resource, []);
  return result;
}

/** More than there are stages. */
const STAGES = 1000;

function byStage(resources: readonly Resource[], kindOf: KindOf): readonly Resource[] {
  const namespaces = new Map<string, number>();
  const keyed = resources.map((resource) => {
    const stage = kindOf(resource.kind).stage(resource);
    if (stage >= LAST) return { resource, key: STAGES * STAGES * STAGES + stage };
    if (stage < WITHIN_NETNS) return { resource, key: stage };
    const namespace = namespaces.get(resource.netns) ?? namespaces.size;
    namespaces.set(resource.netns, namespace);
    return { resource, key: STAGES * (namespace + 1) + stage };
  });
  // Sorting is stable: equal keys stay in the order of the file.
  return keyed.sort((a, b) => a.key - b.key).map(({ resource }) => resource);
}
