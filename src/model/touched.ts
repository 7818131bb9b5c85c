import type { Operation } from './operation.js';

/** What may change something in any namespace. */
const EVERYWHERE: ReadonlySet<Operation['op']> = new Set([
  // The other end goes too, wherever it is.
  'link-delete',
  'group-delete',
  'netns-delete',
  'netns-rename',
  'netns-attach',
  'netns-detach',
  'container-run',
  'container-start',
  'container-remove',
  // A command may do whatever it likes.
  'exec-run',
]);

/** Namespaces in which the operation may change what the kernel has; null: in any. */
export function touchedBy(operation: Operation): readonly string[] | null {
  if (EVERYWHERE.has(operation.op)) return null;
  if (operation.op !== 'link-add') return [operation.netns];
  const { netns, peer, parent } = operation;
  return [netns, ...(peer === undefined ? [] : [peer.netns]), ...(parent === undefined ? [] : [parent.netns])];
}
