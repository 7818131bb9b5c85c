/** JSON takes many times its own size once it is read: what there would be of it is counted before. */

export interface JsonLimits {
  readonly bytes: number;
  /** Lists and objects in each other. */
  readonly depth: number;
  /** Values: each but the first of a list or an object is behind a comma. */
  readonly values: number;
  /** Different names of members: each is kept by the engine, and so is each new set of them. */
  readonly names: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether the text, UTF-8, keeps to the limits; it may still be no JSON. */
export function isWithin(text: Buffer, limits: JsonLimits): boolean {
  if (text.length > limits.bytes) return false;
  const names = new Set<string>();
  let [depth, values, start, end] = [0, 1, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) {
      start = at + 1;
      end = endOfString(text, start);
      at = end;
    } else if (byte === COLON) {
      names.add(text.toString('latin1', start, end));
      if (names.size > limits.names) return false;
    } else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
      values++;
      if (depth > limits.depth) return false;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (values > limits.values) return false;
  }
  return true;
}

/** Where its quotation mark is; behind the text if it has none. */
function endOfString(text: Buffer, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}
