/** Sets and maps of others, as ranges of keys, so that rules that look into them can be followed. */
import { bytesOfHex, order } from '../../../model/nft/partial.js';
import type { ForeignElement, ForeignSet } from '../../../model/nft/foreign.js';
import { ATTRIBUTE_HEADER, attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from '../message.js';
import { hexOf, numberAt } from './attributes.js';
import { readData } from './expression-codec.js';
import { DATA, LIST_ELEMENT, SET, SET_DESCRIPTION, SET_ELEMENT, SET_ELEMENTS, SET_IS_INTERVAL } from './protocol.js';

export interface ForeignSetPart {
  readonly table: string;
  readonly name: string;
  readonly parts: readonly number[];
  readonly isInterval: boolean;
}

/** As one message has it, before ends are joined to beginnings. */
export interface ElementPart {
  readonly key: readonly number[];
  /** Of a concatenation of ranges; otherwise the end is an element of its own. */
  readonly last?: readonly number[];
  readonly flags: number;
  readonly verdict?: string;
}

const [INTERVAL_END, CATCHALL] = [1, 2];

export function parseForeignSet(bytes: Bytes, start: number, end: number): ForeignSetPart {
  let [table, name, flags, length] = ['', '', 0, 0];
  let parts: readonly number[] = [];
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET.table) table = attributeString(bytes, at);
    else if (type === SET.name) name = attributeString(bytes, at);
    else if (type === SET.flags) flags = numberAt(bytes, at);
    else if (type === SET.keyLength) length = numberAt(bytes, at);
    else if (type === SET.description) parts = partsIn(bytes, at);
  }
  return { table, name, parts: parts.length === 0 ? [length] : parts, isInterval: (flags & SET_IS_INTERVAL) !== 0 };
}

function partsIn(bytes: Bytes, at: number): readonly number[] {
  const parts: number[] = [];
  each(bytes, at, SET_DESCRIPTION.parts, (list) =>
    each(bytes, list, LIST_ELEMENT, (part) => each(bytes, part, SET_DESCRIPTION.length, (length) => parts.push(numberAt(bytes, length)))),
  );
  return parts;
}

function each(bytes: Bytes, nest: number, type: number, visit: (at: number) => void): void {
  const end = attributeEnd(bytes.view, nest);
  for (let at = nest + ATTRIBUTE_HEADER; at < end; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === type) visit(at);
}

/** `end` of the attributes of one message. */
export function parseForeignElements(bytes: Bytes, start: number, end: number): readonly ElementPart[] {
  const elements: ElementPart[] = [];
  for (let at = start; at < end; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === SET_ELEMENTS.elements)
      each(bytes, at, LIST_ELEMENT, (one) => elements.push(elementAt(bytes, one)));
  return elements;
}

function elementAt(bytes: Bytes, nest: number): ElementPart {
  let element: ElementPart = { key: [], flags: 0 };
  const end = attributeEnd(bytes.view, nest);
  for (let at = nest + ATTRIBUTE_HEADER; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET_ELEMENT.key) element = { ...element, key: keyAt(bytes, at) };
    else if (type === SET_ELEMENT.keyEnd) element = { ...element, last: keyAt(bytes, at) };
    else if (type === SET_ELEMENT.flags) element = { ...element, flags: numberAt(bytes, at) };
    else if (type === SET_ELEMENT.data) {
      const data = readData(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
      if (!data.startsWith('0x')) element = { ...element, verdict: data };
    }
  }
  return element;
}

function keyAt(bytes: Bytes, nest: number): readonly number[] {
  let key: readonly number[] = [];
  each(bytes, nest, DATA.value, (at) => {
    key = bytesOfHex(`0x${hexOf(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at))}`);
  });
  return key;
}

/** A range begins with one element and ends before another one, which says that it is an end; the kernel gives them in any order. */
export function joined({ parts, isInterval }: ForeignSetPart, list: readonly ElementPart[], more: boolean): ForeignSet {
  const all = list.find(({ flags }) => (flags & CATCHALL) !== 0);
  const plain = list.filter(({ flags }) => (flags & CATCHALL) === 0);
  return {
    parts,
    elements:
      isInterval && plain.every(({ last }) => last === undefined) ? ranges(plain) : plain.map((one) => rangeOf(one, one.last ?? one.key)),
    ...(all === undefined ? {} : { rest: all.verdict ?? '' }),
    ...(more ? { more: true } : {}),
  };
}

const rangeOf = ({ key, verdict }: ElementPart, to: readonly number[]): ForeignElement => ({
  from: key,
  to,
  ...(verdict === undefined ? {} : { verdict }),
});

function ranges(list: readonly ElementPart[]): readonly ForeignElement[] {
  const isEnd = ({ flags }: ElementPart): boolean => (flags & INTERVAL_END) !== 0;
  const sorted = [...list].sort((a, b) => order(a.key, b.key) || Number(isEnd(b)) - Number(isEnd(a)));
  return sorted.flatMap((one, i) => {
    if (isEnd(one)) return [];
    const next = sorted[i + 1];
    return [rangeOf(one, next === undefined ? one.key.map(() => 0xff) : before(next.key))];
  });
}

function before(key: readonly number[]): readonly number[] {
  const bytes = [...key];
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (bytes[i] !== 0) {
      bytes[i]! -= 1;
      return bytes;
    }
    bytes[i] = 0xff;
  }
  return bytes;
}
