/** Attributes of nf_tables: numbers stand in network order. */
import { ATTRIBUTE_HEADER, attributeEnd, type Bytes } from '../message.js';

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
