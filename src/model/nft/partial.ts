/** Bytes of which some bits are not known: what all packets in question have in common. */

export interface Partial {
  readonly bytes: readonly number[];
  /** A bit of 1 for each bit that is known; what is not known is 0 in `bytes`. */
  readonly known: readonly number[];
  /** It does not begin with these bits, of which there are `length`. */
  readonly not?: { readonly bytes: readonly number[]; readonly length: number };
}

/** null: it depends on what is not known. */
export type Answer = boolean | null;

export const UNKNOWN: Partial = { bytes: [], known: [] };

export const whole = (bytes: readonly number[]): Partial => ({ bytes, known: bytes.map(() => 0xff) });

/** Of `width` bytes the first `length` bits. */
export function prefixed(bytes: readonly number[], length: number): Partial {
  const known = bytes.map((_, i) => (0xff00 >> Math.max(0, Math.min(8, length - 8 * i))) & 0xff);
  return { bytes: bytes.map((byte, i) => byte & known[i]!), known };
}

/** In the host's order, as registers hold what is no part of a packet; all hosts here are little-endian. */
export const inHostOrder = (value: number): readonly number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** `from` bytes into it; what lies beyond its end is not known. */
export function sliced({ bytes, known, not }: Partial, from: number, length: number): Partial {
  const take = (list: readonly number[]): number[] => {
    const part = list.slice(from, from + length);
    while (part.length < length) part.push(0);
    return part;
  };
  return { bytes: take(bytes), known: take(known), ...(not === undefined || from > 0 ? {} : { not }) };
}

/** (value & mask) ^ xor */
export function masked({ bytes, known, not }: Partial, mask: readonly number[], xor: readonly number[]): Partial {
  return {
    bytes: mask.map((bits, i) => ((bytes[i] ?? 0) & bits) ^ (xor[i] ?? 0)),
    known: mask.map((bits, i) => (known[i] ?? 0) | (~bits & 0xff)),
    ...(not !== undefined && isKept(mask, not.length) ? { not } : {}),
  };
}

const isKept = (mask: readonly number[], length: number): boolean =>
  prefixed(
    mask.map(() => 0xff),
    length,
  ).bytes.every((byte, i) => (mask[i]! & byte) === byte);

export function isEqual(value: Partial, other: readonly number[]): Answer {
  const { bytes, known } = value;
  if (isRuledOut(value, other)) return false;
  if (other.some((byte, i) => ((byte ^ (bytes[i] ?? 0)) & (known[i] ?? 0)) !== 0)) return false;
  return other.every((_, i) => known[i] === 0xff) ? true : null;
}

/** Both ends belong to it; null for an end that is open. */
export function isWithin(value: Partial, from: readonly number[], to: readonly number[]): Answer {
  const least = value.bytes;
  const most = value.bytes.map((byte, i) => byte | (~value.known[i]! & 0xff));
  if (order(most, from) < 0 || order(least, to) > 0 || (isRuledOut(value, from) && isRuledOut(value, to))) return false;
  return order(least, from) >= 0 && order(most, to) <= 0 ? true : null;
}

const isRuledOut = ({ not }: Partial, other: readonly number[]): boolean =>
  not !== undefined && not.length <= other.length * 8 && isEqual(prefixed(not.bytes, not.length), other) !== false;

/** As the kernel compares keys: byte by byte. */
export function order(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < b.length; i++) {
    const difference = (a[i] ?? 0) - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The same texts come again and again. */
export function bytesOfHex(text: string): readonly number[] {
  const known = PARSED.get(text);
  if (known !== undefined) return known;
  const bytes = [...Buffer.from(text.slice(2), 'hex')];
  if (PARSED.size < MOST_PARSED) PARSED.set(text, bytes);
  return bytes;
}

const PARSED = new Map<string, readonly number[]>();
const MOST_PARSED = 100_000;
