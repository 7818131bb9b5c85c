/** `groups`: what the nodes and hosts that name one have in common. */
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Mapping, Tree } from '../tree.js';
import { readNode } from './nodes.js';
import { asMapping, complain, mappingAt, pairsAt, textAt, type Reading } from './read.js';

/** The group that the node names, or none; its name is put among those that are used. */
export function groupOf(reading: Reading, root: Mapping, node: Tree, used: Set<string>): readonly Tree[] {
  const name = textAt(asMapping(node), 'group');
  if (name === undefined) return [];
  used.add(name.text);
  const groups = mappingAt(root, 'groups');
  const group = groups.entries.get(name.text);
  if (group !== undefined) return [group.value];
  if (!isKnown(root.entries.get('groups')?.value)) return [];
  const hint = (): string => didYouMean(name.text, groups.entries.keys()) ?? `add it to "groups": ${name.text}: {}`;
  complain(reading, 'unknown-group', name, `there is no group ${quote(name.text)}`, { hint });
  return [];
}

/** What is neither a mapping nor empty has been reported. */
const isKnown = (groups: Tree | undefined): boolean =>
  groups === undefined || groups.kind === 'mapping' || (groups.kind === 'scalar' && groups.value === null);

/** What is wrong with a value is said before a node names the group. */
export function readUnused(reading: Reading, root: Mapping, used: ReadonlySet<string>, lab: string): void {
  for (const [name, entry] of pairsAt(root, 'groups')) if (!used.has(name)) readNode(reading, lab, name, entry, { inherited: [] });
}
