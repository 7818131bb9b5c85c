/** Typed access to a tree whose shape has been checked: what has the wrong type was reported and reads as absent. */
import type { SourceRange } from '../../model/diagnostic.js';
import type { Code } from '../codes.js';
import type { Details, Report } from '../report.js';
import { rangeOf, type Source } from '../source.js';
import { spanOf, type Entry, type List, type Mapping, type Scalar, type Span, type Tree } from '../tree.js';

/** What the steps from tree to topology share. */
export interface Reading {
  readonly source: Source;
  readonly report: Report;
  /** Object of the topology → the tree it was made of, for rules that point at single keys. */
  readonly origins: Map<object, Tree>;
}

export interface Text {
  readonly text: string;
  readonly span: Span;
}

export const EMPTY: Mapping = { kind: 'mapping', entries: new Map(), start: 0, end: 0 };

export function textOf(tree: Tree | undefined): Text | undefined {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? { text: tree.value, span: tree } : undefined;
}

export function textAt(map: Mapping, key: string): Text | undefined {
  return textOf(map.entries.get(key)?.value);
}

export function stringAt(map: Mapping, key: string): string | undefined {
  return textAt(map, key)?.text;
}

export function numberAt(map: Mapping, key: string): number | undefined {
  const value = scalarAt(map, key)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function booleanAt(map: Mapping, key: string): boolean | undefined {
  const value = scalarAt(map, key)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** Where the key is, if it is true. */
export function trueAt(reading: Reading, map: Mapping, key: string): SourceRange | undefined {
  return booleanAt(map, key) === true ? placeAt(reading, map, key) : undefined;
}

function scalarAt(map: Mapping, key: string): Scalar | undefined {
  const value = map.entries.get(key)?.value;
  return value?.kind === 'scalar' ? value : undefined;
}

/** Members of the list; none if there is no list. */
export function itemsAt(map: Mapping, key: string): List['items'] {
  const value = map.entries.get(key)?.value;
  return value?.kind === 'list' ? value.items : [];
}

/** Texts of a list, or the one text that stands for a list of one. */
export function textsAt(map: Mapping, key: string): readonly Text[] {
  const one = textAt(map, key);
  return one === undefined ? itemsAt(map, key).flatMap((item) => textOf(item) ?? []) : [one];
}

/** Pairs of the mapping; none if there is no mapping. */
export function pairsAt(map: Mapping, key: string): readonly (readonly [string, Entry])[] {
  return [...mappingAt(map, key).entries];
}

export function mappingAt(map: Mapping, key: string): Mapping {
  return asMapping(map.entries.get(key)?.value);
}

/** Anything but a mapping reads as an empty one. */
export function asMapping(tree: Tree | undefined): Mapping {
  return tree?.kind === 'mapping' ? tree : EMPTY;
}

export function placeOf(reading: Reading, span: Span): SourceRange {
  return rangeOf(reading.source, span);
}

/** Of the value of a key, or of the mapping where it has no such key. */
export function placeAt(reading: Reading, map: Mapping, key: string): SourceRange {
  const entry = map.entries.get(key);
  return placeOf(reading, entry === undefined ? map : spanOf(entry));
}

export function complain(reading: Reading, code: Code, { span }: { readonly span: Span }, message: string, details?: Details): void {
  reading.report(code, placeOf(reading, span), message, details);
}

/**
 * The object without the keys that are undefined, which `exactOptionalPropertyTypes` tells from absent ones. A new one: V8
 * is slow with objects that a key was deleted from.
 */
export function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const defined: Partial<T> = {};
  for (const key in object) if (object[key] !== undefined) defined[key] = object[key];
  return defined as { [K in keyof T]: Exclude<T[K], undefined> };
}
