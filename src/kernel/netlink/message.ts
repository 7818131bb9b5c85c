/**
 * Netlink messages and attributes (`netlink(7)`) in one growing buffer, read and written by offsets: observing a
 * thousand namespaces means tens of thousands of attributes. Numbers are in the host's byte order, and all
 * machines that Node and koffi have binaries for are little-endian.
 */

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_ECHO = 0x8;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

export const MESSAGE_HEADER = 16;
export const ATTRIBUTE_HEADER = 4;
export const NLA_F_NESTED = 0x8000;
const TYPE_MASK = 0x3fff;

/** A buffer and its view: `view` for numbers, `buffer` for strings and copies. */
export interface Bytes {
  readonly buffer: Buffer;
  readonly view: DataView;
}

export function allocate(length: number): Bytes {
  const buffer = Buffer.alloc(length);
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, length) };
}

export function bytesOf(buffer: Buffer): Bytes {
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) };
}

/** Walk attributes with `for (let at = start; at < end; at = nextAttribute(view, at))`; the payload is at `at + 4`. */
export function nextAttribute(view: DataView, at: number): number {
  const length = view.getUint16(at, true);
  return at + (length < ATTRIBUTE_HEADER ? ATTRIBUTE_HEADER : (length + 3) & ~3);
}

export function attributeType(view: DataView, at: number): number {
  return view.getUint16(at + 2, true) & TYPE_MASK;
}

/** Where the attribute's payload ends. */
export function attributeEnd(view: DataView, at: number): number {
  return at + view.getUint16(at, true);
}

/** A string attribute, with or without its terminating zero. */
export function attributeString(bytes: Bytes, at: number): string {
  let end = attributeEnd(bytes.view, at);
  while (end > at + ATTRIBUTE_HEADER && bytes.buffer[end - 1] === 0) end--;
  return bytes.buffer.toString('utf8', at + ATTRIBUTE_HEADER, end);
}

/** Writes messages one behind the other. What was written stays valid until `clear`. */
export class MessageWriter {
  bytes: Bytes;
  length = 0;
  /** Messages begun since `clear`. */
  count = 0;
  private start = 0;

  constructor(capacity = 4096) {
    this.bytes = allocate(capacity);
  }

  clear(): void {
    // What is reserved next is zeroed already: one call for all of it.
    this.bytes.buffer.fill(0, 0, this.length);
    this.length = 0;
    this.count = 0;
  }

  /** The messages written so far; a view, not a copy. */
  written(): Buffer {
    return this.bytes.buffer.subarray(0, this.length);
  }

  /** `NLM_F_REQUEST` is implied; the sequence number is the socket's business. */
  begin(type: number, flags: number): void {
    this.start = this.reserve(MESSAGE_HEADER);
    this.bytes.view.setUint16(this.start + 4, type, true);
    this.bytes.view.setUint16(this.start + 6, flags | NLM_F_REQUEST, true);
    this.count++;
  }

  /**
   * Messages are carried out in order, and a refusal comes back unasked (`netlink_rcv_skb`): an acknowledgement of the last one
   * tells as much as one of each, without a datagram to be made and read for each.
   */
  acknowledgeLast(): void {
    const { view } = this.bytes;
    for (let at = 0; at < this.start; at += (view.getUint32(at, true) + 3) & ~3)
      view.setUint16(at + 6, view.getUint16(at + 6, true) & ~NLM_F_ACK, true);
  }

  end(): void {
    this.bytes.view.setUint32(this.start, this.length - this.start, true);
  }

  /** Takes zeroed bytes, rounded up to four, and gives their offset: for the fixed part of a message. */
  reserve(length: number): number {
    const at = this.length;
    const next = at + ((length + 3) & ~3);
    if (next > this.bytes.buffer.length) this.grow(next);
    this.length = next;
    return at;
  }

  u8(type: number, value: number): void {
    const at = this.attribute(type, 1);
    this.bytes.view.setUint8(at, value);
  }

  u16(type: number, value: number, littleEndian = true): void {
    const at = this.attribute(type, 2);
    this.bytes.view.setUint16(at, value, littleEndian);
  }

  u32(type: number, value: number, littleEndian = true): void {
    const at = this.attribute(type, 4);
    this.bytes.view.setUint32(at, value, littleEndian);
  }

  u64(type: number, value: bigint, littleEndian = true): void {
    const at = this.attribute(type, 8);
    this.bytes.view.setBigUint64(at, value, littleEndian);
  }

  /** With a terminating zero. */
  string(type: number, value: string): void {
    const length = Buffer.byteLength(value);
    const at = this.attribute(type, length + 1);
    this.bytes.buffer.write(value, at, length, 'utf8');
  }

  data(type: number, value: Uint8Array): void {
    const at = this.attribute(type, value.length);
    this.bytes.buffer.set(value, at);
  }

  /** Opens a nest; close it with the offset that this gives. */
  nest(type: number, flag = 0): number {
    return this.attribute(type | flag, 0) - ATTRIBUTE_HEADER;
  }

  close(nest: number): void {
    this.bytes.view.setUint16(nest, this.length - nest, true);
  }

  /** An attribute of that many zero bytes; gives the offset of the payload. */
  attribute(type: number, length: number): number {
    const at = this.reserve(ATTRIBUTE_HEADER + length);
    this.bytes.view.setUint16(at, ATTRIBUTE_HEADER + length, true);
    this.bytes.view.setUint16(at + 2, type, true);
    return at + ATTRIBUTE_HEADER;
  }

  private grow(needed: number): void {
    const larger = allocate(Math.max(needed, this.bytes.buffer.length * 2));
    this.bytes.buffer.copy(larger.buffer, 0, 0, this.length);
    this.bytes = larger;
  }
}
