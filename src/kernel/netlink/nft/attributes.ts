/** Attributes of nf_tables: numbers stand in network order. */
import { ATTRIBUTE_HEADER, attributeEnd, type Bytes, type MessageWriter } from '../message.js';
import { GENERIC_HEADER } from './protocol.js';

export function numberAt(bytes: Bytes, at: number): number {
  return bytes.view.getUint32(at + ATTRIBUTE_HEADER);
}

/** The payload in hexadecimal. */
export function payloadHex(bytes: Bytes, at: number): string {
  return hexOf(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
}

export function hexOf(bytes: Bytes, start: number, end: number): string {
  return bytes.buffer.toString('hex', start, end);
}

/** The fixed part of a message. Reserving may move the bytes, so the view is taken after it. */
export function writeFamily(writer: MessageWriter, family: number): void {
  const at = writer.reserve(GENERIC_HEADER);
  writer.bytes.view.setUint8(at, family);
}
