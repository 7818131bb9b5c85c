/** Edits of the text of a YAML file: what is put in takes the form of what is around it. */
import { isScalar, type Pair, type Scalar, type YAMLMap, type YAMLSeq, type Node } from 'yaml';

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

export interface Writer {
  readonly source: string;
  /** A key or a value as this file writes it. */
  text(value: string): string;
  /** The source of an address that stands alone; null for anything else. */
  addressIn(value: unknown): string | null;
}

/** A file of JSON stays one. */
export function writer(source: string): Writer {
  const isJson = /^\s*\{\s*"/.test(source);
  return {
    source,
    text: (value) => (isJson || /[^\w./-]/.test(value) ? JSON.stringify(value) : value),
    addressIn: (value) =>
      isScalar(value) && typeof value.value === 'string' && value.range ? source.slice(value.range[0], value.range[1]) : null,
  };
}

export function pairOf(map: YAMLMap | null, key: string): Pair | undefined {
  return map?.items.find((pair) => keyText(pair) === key);
}

/** As the file writes it: `8080` is the key "8080". */
export function keyText({ key }: Pair): string | null {
  if (!isScalar(key)) return null;
  return key.type === 'PLAIN' ? ((key as Scalar & { source?: string }).source ?? String(key.value)) : String(key.value);
}

const rangeOf = (node: unknown): readonly [start: number, end: number] => {
  const range = (node as Node | null)?.range;
  return range ? [range[0], range[1]] : [0, 0];
};

/** The value, whatever it is now. */
export function valueOf(pair: Pair, by: string, { source }: Writer): Edit {
  const [start, end] = rangeOf(pair.value);
  if (end > start) return { start, end, by };
  const [, key] = rangeOf(pair.key);
  const colon = /^\s*:/.exec(source.slice(key))?.[0].length;
  return colon === undefined ? { start: key, end: key, by: `: ${by}` } : { start: key + colon, end: key + colon, by: ` ${by}` };
}

/** Before what the mapping has. */
export function entriesInto(map: YAMLMap, entries: readonly string[], { source }: Writer): readonly Edit[] {
  const [start, end] = rangeOf(map);
  if (map.items.length === 0) return [{ start, end, by: `{ ${entries.join(', ')} }` }];
  if (map.flow === true) {
    const isWide = /\s/.test(source.charAt(start + 1));
    return [{ start: start + 1, end: start + 1, by: isWide ? ` ${entries.join(', ')},` : `${entries.join(', ')}, ` }];
  }
  const [first] = rangeOf(map.items[0]?.key);
  return [{ start: first, end: first, by: entries.map((entry) => `${entry}${lineBreak(source)}${indentation(source, first)}`).join('') }];
}

const lineBreak = (source: string): string => (source.includes('\r\n') ? '\r\n' : '\n');

function columnOf(source: string, offset: number): number {
  return offset - (source.lastIndexOf('\n', offset - 1) + 1);
}

const indentation = (source: string, offset: number): string => ' '.repeat(columnOf(source, offset));

/** A list of names with something to say of some of them; null where a member is no plain name. `entries` are all of those. */
export function listAsMapping(
  { key }: Pair,
  list: YAMLSeq,
  values: ReadonlyMap<string, string>,
  entries: readonly string[],
  write: Writer,
): readonly Edit[] | null {
  const { source } = write;
  const names = list.items.map((item) => (isScalar(item) && typeof item.value === 'string' && !item.anchor ? item.value : null));
  if (names.some((name) => name === null || name.includes('$'))) return null;
  const [start, end] = rangeOf(list);
  const others = [...values.keys()].flatMap((name, i) => (names.includes(name) ? [] : (entries[i] ?? [])));
  if (list.items.length === 0) return [{ start, end, by: `{ ${entries.join(', ')} }` }];
  const valueAt = (i: number): string => values.get(names[i]!) ?? '{}';
  if (list.flow === true)
    return [
      { start, end: start + 1, by: `{${others.map((entry) => ` ${entry},`).join('')}${/\s/.test(source.charAt(start + 1)) ? '' : ' '}` },
      ...list.items.map((item, i) => ({ start: rangeOf(item)[1], end: rangeOf(item)[1], by: `: ${valueAt(i)}` })),
      { start: end - 1, end, by: /\s/.test(source.charAt(end - 2)) ? '}' : ' }' },
    ];
  return list.items.map((item, i) => {
    const [from, to] = rangeOf(item);
    const dash = source.lastIndexOf('-', from - 1);
    // A list may begin below its key, a mapping may not.
    const pad = columnOf(source, dash) > columnOf(source, rangeOf(key)[0]) ? '' : '  ';
    const before = i === 0 ? others.map((entry) => `${pad}${entry}${lineBreak(source)}${indentation(source, dash)}`).join('') : '';
    return { start: dash, end: to, by: `${before}${pad}${source.slice(from, to)}: ${valueAt(i)}` };
  });
}
