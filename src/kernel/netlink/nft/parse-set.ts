/** Sets and their elements as the kernel tells them; of maps, those that this program makes. */
import type { NftRuleText } from '../../../model/observation.js';
import { mapElement } from '../../../model/nft/canonical.js';
import { ATTRIBUTE_HEADER, attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from '../message.js';
import { numberAt, payloadHex } from './attributes.js';
import { readData } from './expression-codec.js';
import {
  DATA,
  INTERFACE_NAME_LENGTH,
  LIST_ELEMENT,
  SET,
  SET_DATA_VERDICT,
  SET_ELEMENT,
  SET_ELEMENTS,
  SET_IS_ANONYMOUS,
  SET_IS_MAP,
  SET_KEY_INTERFACE,
} from './protocol.js';

export interface SetPart {
  readonly table: string;
  readonly name: string;
  /** From names of interfaces to verdicts, without timeouts, intervals and the like. */
  readonly isVerdictMap: boolean;
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
  const isVerdictMap =
    numbers.get(SET.flags) === SET_IS_MAP &&
    numbers.get(SET.keyType) === SET_KEY_INTERFACE &&
    numbers.get(SET.keyLength) === INTERFACE_NAME_LENGTH &&
    numbers.get(SET.dataType) === SET_DATA_VERDICT;
  return { table, name, isVerdictMap, isAnonymous: ((numbers.get(SET.flags) ?? 0) & SET_IS_ANONYMOUS) !== 0 };
}

export function parseElements(bytes: Bytes, start: number, end: number): ElementsPart {
  let table = '';
  const elements: NftRuleText[] = [];
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET_ELEMENTS.table) table = attributeString(bytes, at);
    else if (type === SET_ELEMENTS.elements) readList(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at), elements);
  }
  return { table, elements };
}

function readList(bytes: Bytes, start: number, end: number, elements: NftRuleText[]): void {
  for (let at = start; at < end; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === LIST_ELEMENT)
      elements.push(readElement(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at)));
}

function readElement(bytes: Bytes, start: number, end: number): NftRuleText {
  let name = '';
  let verdict = '';
  let rest = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === SET_ELEMENT.key) name = keyAt(bytes, at + ATTRIBUTE_HEADER);
    else if (type === SET_ELEMENT.data) verdict = readData(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
    else rest += `${type} ${payloadHex(bytes, at)} `;
  }
  return mapElement(name, verdict, rest);
}

function keyAt(bytes: Bytes, at: number): string {
  return attributeType(bytes.view, at) === DATA.value ? attributeString(bytes, at) : '?';
}
