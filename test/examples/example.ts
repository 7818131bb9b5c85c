import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type World } from '../system/world.js';

export function pathOf(example: string): string {
  return join(ROOT, 'examples', example, 'topo.yaml');
}

export function textOf(example: string): string {
  return readFileSync(pathOf(example), 'utf8');
}

export const NO_CHANGES = 'No changes. The kernel matches the topology.\n';

export interface PlannedAction {
  readonly id: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly fields: readonly { readonly field: string }[];
}

export function planOf(world: World, file: string): readonly PlannedAction[] {
  return (JSON.parse(world.mustTopo('plan', '--json', file)) as { actions: PlannedAction[] }).actions;
}

/** `+ID`, `~ID`, `-ID`, sorted: the order is that of the plan's dependencies and not looked at here. */
export function planned(world: World, file: string): readonly string[] {
  const signs = { create: '+', update: '~', delete: '-' } as const;
  return planOf(world, file)
    .map(({ id, action }) => `${signs[action]}${id}`)
    .sort();
}
