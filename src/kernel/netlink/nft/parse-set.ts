/** Sets and their elements as the kernel tells them; of maps, those that this program makes. */
import type { NftRuleText } from '../../../model/observation.js';
import { addressOfBytes } from '../../../model/address.js';
import type { MapKey } from '../../../model/nft-text.js';
import { mapElement } from '../../../model/nft/canonical.js';
import { ATTRIBUTE_HEADER, attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from '../message.js';
import { numberAt, payloadHex } from './attributes.js';
import { readData } from './expression-codec.js';
import {
  DATA,
  LIST_ELEMENT,
  SET,
  SET_DATA_VERDICT,
  SET_ELEMENT,
  SET_ELEMENTS,
  SET_IS_ANONYMOUS,
  SET_IS_MAP,
  SET_KEYS,
} from './protocol.js';

export interface SetPart {
  readonly table: string;
  readonly name: string;
  /** Of what it gives verdicts for, without timeouts, intervals and the like; null: it is no such map. */
  readonly key: MapKey | null;
  /** A rule has it in braces, and says so itself. */
  readonly isAnonymous: boolean;
}

export interface ElementsPart {
  readonly table: string;
  readonly elements: readonly NftRuleText[];
}

export function parseSet(bytes: Bytes, start: number, end: number): SetPart {
  let table = '';
  let name = '';
  const numbers = new Map<number, number>();
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET.table) table = attributeString(bytes, at);
    else if (type === SET.name) name = attributeString(bytes, at);
    else if (type >= SET.flags && type <= SET.dataType) numbers.set(type, numberAt(bytes, at));
  }
  const isVerdictMap = numbers.get(SET.flags) === SET_IS_MAP && numbers.get(SET.dataType) === SET_DATA_VERDICT;
  const key = isVerdictMap ? keyOf(numbers.get(SET.keyType), numbers.get(SET.keyLength)) : null;
  return { table, name, key, isAnonymous: ((numbers.get(SET.flags) ?? 0) & SET_IS_ANONYMOUS) !== 0 };
}

function keyOf(type: number | undefined, length: number | undefined): MapKey | null {
  return KEYS.find((key) => SET_KEYS[key].type === type && SET_KEYS[key].length === length) ?? null;
}

const KEYS = ['interface', 4, 6] as const;

export const parseElements =
  (key: MapKey) =>
  (bytes: Bytes, start: number, end: number): ElementsPart => {
    let table = '';
    const elements: NftRuleText[] = [];
    for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
      const type = attributeType(bytes.view, at);
      if (type === SET_ELEMENTS.table) table = attributeString(bytes, at);
      else if (type === SET_ELEMENTS.elements) readList(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at), key, elements);
    }
    return { table, elements };
  };

function readList(bytes: Bytes, start: number, end: number, key: MapKey, elements: NftRuleText[]): void {
  for (let at = start; at < end; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === LIST_ELEMENT)
      elements.push(readElement(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at), key));
}

function readElement(bytes: Bytes, start: number, end: number, key: MapKey): NftRuleText {
  let name = '';
  let verdict = '';
  let rest = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET_ELEMENT.key) name = keyAt(bytes, at + ATTRIBUTE_HEADER, key);
    else if (type === SET_ELEMENT.data) verdict = readData(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
    else rest += `${type} ${payloadHex(bytes, at)} `;
  }
  return mapElement(name, verdict, rest);
}

function keyAt(bytes: Bytes, at: number, key: MapKey): string {
  if (attributeType(bytes.view, at) !== DATA.value) return '?';
  if (key === 'interface') return `"${attributeString(bytes, at)}"`;
  const { buffer, view } = bytes;
  return addressOfBytes([...buffer.subarray(at + ATTRIBUTE_HEADER, attributeEnd(view, at))]).text;
}
