/** JSON takes many times its own size once it is read: what there would be of it is counted before. */

export interface JsonLimits {
  readonly bytes: number;
  /** Lists and objects in each other. */
  readonly depth: number;
  /** Values: each but the first of a list or an object is behind a comma. */
  readonly values: number;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether the text, UTF-8, keeps to the limits; it may still be no JSON. */
export function isWithin(text: Uint8Array, limits: JsonLimits): boolean {
  if (text.length > limits.bytes) return false;
  let [depth, values, inString] = [0, 1, false];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
      values++;
      if (depth > limits.depth) return false;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (values > limits.values) return false;
  }
  return true;
}
