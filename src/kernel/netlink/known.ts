import type { Bytes } from './message.js';

/** So many different ones at most: where each is another, to know them is of no use. */
const MOST = 256;

/** What says the same in every namespace is decoded once: to find its bytes among those known is faster. */
export class Known<T> {
  private readonly byBytes = new Map<string, T>();

  /** `decode`: what the bytes mean, and nothing else. What it gives has many owners. */
  constructor(private readonly read: (bytes: Bytes, start: number, end: number) => T) {}

  decode(bytes: Bytes, start: number, end: number): T {
    const key = bytes.buffer.toString('latin1', start, end);
    const known = this.byBytes.get(key);
    if (known !== undefined) return known;
    if (this.byBytes.size === MOST) this.byBytes.clear();
    const decoded = this.read(bytes, start, end);
    this.byBytes.set(key, decoded);
    return decoded;
  }
}
