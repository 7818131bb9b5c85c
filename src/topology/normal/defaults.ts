/** A node, its group and `defaults` → one mapping in the long form. */
import { isOfNamespace } from './network-mode.js';
import { EMPTY, textAt, textOf } from './read.js';
import type { Entry, Mapping, Tree } from '../tree.js';

/** The node as it is after short forms are made long and what it has from elsewhere is merged in, the weakest first: mappings key by key, lists replaced. */
export function withInherited(inherited: readonly Tree[], node: Tree): Mapping {
  return inherited.reduceRight((own: Mapping, base) => merge(applicable(longForm(base), own), own), longForm(node));
}

/** Without what the node cannot have by its `network_mode`: that is how it says otherwise. */
function applicable(base: Mapping, own: Mapping): Mapping {
  const mode = textAt(own, 'network_mode')?.text;
  if (mode === undefined || base.entries.size === 0) return base;
  const isOut = (key: string): boolean => (mode === 'none' ? key === 'networks' || key === 'ports' : isOfNamespace(key));
  return { ...base, entries: new Map([...base.entries].filter(([key]) => !isOut(key))) };
}

/** Keys of the base come first, so that an interface that all nodes have is the first of each. */
function merge(base: Mapping, own: Mapping): Mapping {
  if (base.entries.size === 0) return own;
  const entries = new Map(base.entries);
  for (const [key, entry] of own.entries) {
    const before = entries.get(key);
    const both = before?.value.kind === 'mapping' && entry.value.kind === 'mapping';
    entries.set(key, both ? { key: entry.key, value: merge(before.value, entry.value) } : entry);
  }
  return { ...own, entries };
}

/** `networks` as name → mapping. */
function longForm(node: Tree): Mapping {
  if (node.kind !== 'mapping') return { ...EMPTY, start: node.start, end: node.end };
  const networks = node.entries.get('networks');
  if (networks === undefined || networks.value.kind === 'scalar') return node;
  const long = networks.value.kind === 'list' ? fromList(networks.value.items) : [...networks.value.entries];
  const entries = new Map(long.map(([name, entry]) => [name, { key: entry.key, value: longAttachment(entry) }]));
  const { start, end } = networks.value;
  return {
    ...node,
    entries: new Map(node.entries).set('networks', { key: networks.key, value: { kind: 'mapping', entries, start, end } }),
  };
}

function fromList(items: readonly Tree[]): readonly (readonly [string, Entry])[] {
  return items.flatMap((item) => {
    const name = textOf(item);
    return name === undefined ? [] : [[name.text, { key: name.span, value: { ...EMPTY, start: item.start, end: item.end } }] as const];
  });
}

/** `10.0.0.5` is `{ipv4_address: 10.0.0.5}`; what is no IPv6 address is meant as IPv4. */
function longAttachment({ key, value }: Entry): Mapping {
  if (value.kind === 'mapping') return value;
  const address = textOf(value);
  if (address === undefined) return { ...EMPTY, start: key.start, end: key.end };
  const name = address.text.includes(':') ? 'ipv6_address' : 'ipv4_address';
  return { kind: 'mapping', entries: new Map([[name, { key: address.span, value }]]), start: value.start, end: value.end };
}
