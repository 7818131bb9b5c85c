/** Each node has the values of `defaults` and of its group too: a small file may mean very many. */
import { MAX_VALUES, MEAN_LESS, MEANS_TOO_MUCH } from './limits.js';
import { mappingAt, textAt, asMapping, type Reading } from './normal/read.js';
import { rangeOf } from './source.js';
import type { Mapping, Tree } from './tree.js';

/** Reports it where they are too many; of all files together. */
export function meansTooMuch(root: Mapping, { report, source }: Pick<Reading, 'report' | 'source'>): boolean {
  const [defaults, groups] = [root.entries.get('defaults'), root.entries.get('groups')];
  if (defaults === undefined && groups === undefined) return false;
  const known = new Map<Tree, number>();
  const nodes = mappingAt(root, 'nodes').entries;
  const ofDefaults = defaults === undefined ? 0 : sizeOf(defaults.value, known) * nodes.size;
  let ofGroups = 0;
  for (const { value } of [...nodes.values(), ...mappingAt(root, 'hosts').entries.values()]) {
    const name = textAt(asMapping(value), 'group')?.text;
    const group = name === undefined ? undefined : asMapping(groups?.value).entries.get(name);
    if (group !== undefined) ofGroups += sizeOf(group.value, known);
  }
  if (ofDefaults + ofGroups <= MAX_VALUES) return false;
  const most = (ofDefaults < ofGroups ? groups : defaults) ?? { key: root };
  report('alias-bomb', rangeOf(source, most.key), MEANS_TOO_MUCH, { hint: MEAN_LESS });
  return true;
}

/** Of values, as many as there are with aliases followed. */
function sizeOf(tree: Tree, known: Map<Tree, number>): number {
  if (tree.kind === 'scalar') return 1;
  const before = known.get(tree);
  if (before !== undefined) return before;
  let size = 1;
  for (const child of tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }) => value))
    size += sizeOf(child, known);
  known.set(tree, size);
  return size;
}
