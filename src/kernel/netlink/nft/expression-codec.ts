/** Expressions to and from netlink attributes, as the tables of `expressions.ts` say. */
import {
  ATTRIBUTE_HEADER,
  attributeEnd,
  attributeString,
  attributeType,
  type Bytes,
  type MessageWriter,
  nextAttribute,
  NLA_F_NESTED,
} from '../message.js';
import { hexOf } from './attributes.js';
import { COUNTING, type Expression, EXPRESSIONS, type Field, type FieldRow, type FieldType } from '../../../model/nft/expressions.js';
import { DATA, EXPRESSION, LIST_ELEMENT, VERDICT } from './protocol.js';

/** `enum nft_verdicts` and `linux/netfilter.h`; unsigned as they stand on the wire. */
const VERDICTS: readonly (readonly [string, number])[] = [
  ['drop', 0],
  ['accept', 1],
  ['continue', 0xffffffff],
  ['break', 0xfffffffe],
  ['jump', 0xfffffffd],
  ['goto', 0xfffffffc],
  ['return', 0xfffffffb],
];
const CODE_OF = new Map(VERDICTS);
const VERDICT_OF = new Map(VERDICTS.map(([name, code]) => [code, name]));

/** Opens a list under `type` and writes every expression as an element of it. */
export function writeExpressions(writer: MessageWriter, type: number, expressions: readonly Expression[]): void {
  const list = writer.nest(type, NLA_F_NESTED);
  for (const { name, fields } of expressions) {
    const element = writer.nest(LIST_ELEMENT, NLA_F_NESTED);
    writeAscii(writer, EXPRESSION.name, name);
    const data = writer.nest(EXPRESSION.data, NLA_F_NESTED);
    for (const row of EXPRESSIONS.get(name) ?? []) writeField(writer, row, fields[row.field]);
    writer.close(data);
    writer.close(element);
  }
  writer.close(list);
}

function writeField(writer: MessageWriter, row: FieldRow, value: Field | undefined): void {
  if (value === undefined) return;
  if (row.type === 'data') writeData(writer, row.attribute, String(value));
  else if (row.type === 'u32' && typeof value === 'number') writer.u32(row.attribute, value, false);
  else if (row.type === 'string') writer.string(row.attribute, String(value));
  else throw new Error(`no expression of this program has the field ${row.field}`);
}

/** A value or a verdict in a nest of its own. */
export function writeData(writer: MessageWriter, type: number, value: string): void {
  const nest = writer.nest(type, NLA_F_NESTED);
  if (value.startsWith('0x')) writeBytes(writer, DATA.value, value);
  else writeVerdict(writer, value);
  writer.close(nest);
}

/** A call of Buffer for a few bytes takes longer than the bytes themselves; a table has tens of thousands of these. */
function writeBytes(writer: MessageWriter, type: number, value: string): void {
  const length = (value.length - 2) / 2;
  const at = writer.attribute(type, length);
  const { view } = writer.bytes;
  for (let i = 0; i < length; i++) view.setUint8(at + i, (digit(value, 2 + 2 * i) << 4) | digit(value, 3 + 2 * i));
}

/** 0–9 and a–f. */
function digit(value: string, at: number): number {
  const code = value.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

function writeAscii(writer: MessageWriter, type: number, value: string): void {
  const at = writer.attribute(type, value.length + 1);
  const { view } = writer.bytes;
  for (let i = 0; i < value.length; i++) view.setUint8(at + i, value.charCodeAt(i));
}

function writeVerdict(writer: MessageWriter, value: string): void {
  const [name = '', chain] = value.split(' ');
  const code = CODE_OF.get(name);
  if (code === undefined) throw new Error(`not a verdict: ${value}`);
  const nest = writer.nest(DATA.verdict, NLA_F_NESTED);
  writer.u32(VERDICT.code, code, false);
  if (chain !== undefined) writer.string(VERDICT.chain, chain);
  writer.close(nest);
}

/** The elements of a list whose payload is at `start`. */
export function readExpressions(bytes: Bytes, start: number, end: number): Expression[] {
  const expressions: Expression[] = [];
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === LIST_ELEMENT)
      expressions.push(readExpression(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at)));
  }
  return expressions;
}

function readExpression(bytes: Bytes, start: number, end: number): Expression {
  let name = '';
  let data = end;
  let dataEnd = end;
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === EXPRESSION.name) name = attributeString(bytes, at);
    else if (type === EXPRESSION.data) {
      data = at + ATTRIBUTE_HEADER;
      dataEnd = attributeEnd(bytes.view, at);
    }
  }
  if (COUNTING.has(name)) return { name, fields: {} };
  const rows = EXPRESSIONS.get(name);
  return { name, fields: rows === undefined ? { bytes: hexValue(bytes, data, dataEnd) } : readFields(bytes, data, dataEnd, rows) };
}

function readFields(bytes: Bytes, start: number, end: number, rows: readonly FieldRow[]): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    const row = rows.find((known) => known.attribute === type);
    if (row !== undefined) fields[row.field] = readField(bytes, at, row.type);
    else readUnknown(bytes, at, type, fields);
  }
  return fields;
}

/** An attribute of a later kernel: zeros are taken for the way things were before, anything else makes a difference. */
function readUnknown(bytes: Bytes, at: number, type: number, fields: Record<string, Field>): void {
  const value = bytes.buffer.subarray(at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
  if (value.some((byte) => byte !== 0)) fields[`attribute ${type}`] = `0x${value.toString('hex')}`;
}

function readField(bytes: Bytes, at: number, type: FieldType): Field {
  const payload = at + ATTRIBUTE_HEADER;
  switch (type) {
    case 'u8':
      return bytes.view.getUint8(payload);
    case 'u16':
      return bytes.view.getUint16(payload);
    case 'u32':
      return bytes.view.getUint32(payload);
    case 'u64':
      return bytes.view.getBigUint64(payload).toString();
    case 'string':
      return attributeString(bytes, at);
    case 'data':
      return readData(bytes, payload, attributeEnd(bytes.view, at));
  }
}

/** Of the nested attribute whose payload is at `at`. */
export function readData(bytes: Bytes, at: number, end: number): string {
  if (at >= end) return '0x';
  const payload = at + ATTRIBUTE_HEADER;
  const payloadEnd = attributeEnd(bytes.view, at);
  return attributeType(bytes.view, at) === DATA.verdict ? readVerdict(bytes, payload, payloadEnd) : hexValue(bytes, payload, payloadEnd);
}

function readVerdict(bytes: Bytes, start: number, end: number): string {
  let name = '';
  let chain = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === VERDICT.chain) chain = ` ${attributeString(bytes, at)}`;
    else name = verdictName(bytes.view.getUint32(at + ATTRIBUTE_HEADER));
  }
  return name + chain;
}

function verdictName(code: number): string {
  return VERDICT_OF.get(code) ?? `verdict-${code}`;
}

function hexValue(bytes: Bytes, start: number, end: number): string {
  return `0x${hexOf(bytes, start, end)}`;
}
