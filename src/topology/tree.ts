/** A YAML file as a tree: aliases, merges and variables are resolved, every node knows its place, keys keep the order of the file. */

/** Offsets in the text, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Scalars and lists as YAML has them. An aliased node is one object in several places. */
export type Tree = Scalar | List | Mapping;

export interface Scalar extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** In quotes, with a variable inside: a text, whatever the variable holds. */
  readonly quotedVariable?: true;
}

export interface List extends Span {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  /** Where each member is written; absent where no member is an alias: then they are where they say. */
  readonly written?: readonly Span[];
}

/** A Map, not an object: an object would put a node named `10` before all others. */
export interface Mapping extends Span {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** The value without places, for the schema's validator; a shared subtree stays shared. */
export function plainOf(tree: Tree, done = new Map<Tree, Plain>()): Plain {
  if (tree.kind === 'scalar') return tree.value;
  const before = done.get(tree);
  if (before !== undefined) return before;
  const plain = tree.kind === 'list' ? tree.items.map((item) => plainOf(item, done)) : plainMapping(tree, done);
  done.set(tree, plain);
  return plain;
}

/** Without a prototype, `__proto__` and `constructor` are keys like all others. */
function plainMapping(tree: Mapping, done: Map<Tree, Plain>): Plain {
  const plain = Object.create(null) as { [key: string]: Plain };
  for (const [key, { value }] of tree.entries) plain[key] = plainOf(value, done);
  return plain;
}

export const membersWritten = ({ items, written = items }: List): readonly Span[] => written;

/** Where to point for the value of a key: at it, but at the key if it is empty or spreads over lines of its own. */
export function spanOf(entry: Entry): Span {
  return entry.value.kind === 'scalar' && entry.value.end > entry.value.start ? entry.value : entry.key;
}
