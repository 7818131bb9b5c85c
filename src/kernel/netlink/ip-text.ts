/** Addresses between the kernel's bytes and canonical text: dumps of thousands of entries leave no time for a library. */
import { parseAddress } from '../../model/address.js';

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** The kernel's number of the family that the text (an address or a CIDR) is of. */
export function familyNumber(text: string): number {
  return text.includes(':') ? AF_INET6 : AF_INET;
}

/** Dotted quad, or RFC 5952. */
export function addressText(view: DataView, at: number, family: number): string {
  return family === AF_INET6 ? ipv6Text(view, at) : ipv4Text(view, at);
}

function ipv4Text(view: DataView, at: number): string {
  return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
}

/** RFC 5952, section 4: the first of the longest runs of two or more zero groups becomes `::`. */
function ipv6Text(view: DataView, at: number): string {
  let start = -1;
  let longest = 1;
  for (let group = 0; group < 8;) {
    let run = 0;
    while (group + run < 8 && view.getUint16(at + 2 * (group + run)) === 0) run++;
    if (run > longest) {
      start = group;
      longest = run;
    }
    group += run + 1;
  }
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === start) {
      text += '::';
      group += longest - 1;
    } else text += `${text === '' || text.endsWith(':') ? '' : ':'}${view.getUint16(at + 2 * group).toString(16)}`;
  }
  return text;
}

/** The 4 or 16 bytes of a plain address. */
export function addressBytes(text: string): Uint8Array {
  return ipv4Bytes(text) ?? parsedBytes(text);
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Null: it is none, or it is not written as the program writes one. */
function ipv4Bytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(4);
  let [part, digits, value] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && digits > 0 && part < 3) {
      bytes[part++] = value;
      digits = value = 0;
    } else if (code >= ZERO && code <= ZERO + 9 && (digits === 0 || value > 0) && value * 10 + code - ZERO < 256) {
      digits++;
      value = value * 10 + code - ZERO;
    } else return null;
  }
  if (part < 3 || digits === 0) return null;
  bytes[3] = value;
  return bytes;
}

function parsedBytes(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an IP address: ${text}`);
  return Uint8Array.from(address.bytes);
}

/** Bytes and prefix length of a CIDR; a plain address counts in full length. */
export function cidrBytes(text: string): { readonly bytes: Uint8Array; readonly prefix: number } {
  const slash = text.indexOf('/');
  const bytes = addressBytes(slash < 0 ? text : text.slice(0, slash));
  return { bytes, prefix: slash < 0 ? bytes.length * 8 : Number(text.slice(slash + 1)) };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** aa:bb:cc:dd:ee:ff; any other length is not Ethernet and gives ''. */
export function macText(view: DataView, start: number, end: number): string {
  if (end - start !== 6) return '';
  let text = HEX[view.getUint8(start)]!;
  for (let at = start + 1; at < end; at++) text += `:${HEX[view.getUint8(at)]!}`;
  return text;
}

export function macBytes(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length + 1) / 3);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digitAt(text, 3 * i) << 4) | digitAt(text, 3 * i + 1);
  return bytes;
}

/** Of a hexadecimal digit, in upper or lower case. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return (code & 0xf) + (code > 0x39 ? 9 : 0);
}
