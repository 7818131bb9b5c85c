import type { Bytes } from './message.js';

/** So many different ones at most: where each is another, to know them is of no use. */
const MOST = 256;
/** Of texts: the nodes of a large network. */
const MOST_TEXTS = 4096;

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

/** The same the other way round: ten hosts are told of the same five hundred nodes. What it gives has many owners. */
export function knownText<T>(read: (text: string) => T): (text: string) => T {
  const byText = new Map<string, T>();
  return (text) => {
    const known = byText.get(text);
    if (known !== undefined) return known;
    if (byText.size === MOST_TEXTS) byText.clear();
    const encoded = read(text);
    byText.set(text, encoded);
    return encoded;
  };
}
