/** How much an interface sends in a second. */

/** Powers of ten, as in `tc(8)`. */
const UNITS = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 } as const;

/** The kernel counts the time of a burst in 32 bits: a slower link could not have frames of every size. */
const MIN = 8 * UNITS.kbit;
const MAX = 100 * UNITS.gbit;

const RATE = /^(\d{1,12}(?:\.\d{1,3})?)(bit|kbit|mbit|gbit)$/;

/** Bits in a second, a multiple of 8; null: no such text, or less than 8kbit, or more than 100gbit. */
export function parseRate(text: string): number | null {
  const bits = rateBits(text);
  return bits !== null && bits >= MIN && bits <= MAX ? bits : null;
}

/** Without bounds. */
export function rateBits(text: string): number | null {
  const [, amount, unit] = RATE.exec(text) ?? [];
  // The kernel counts bytes.
  return amount === undefined ? null : 8 * Math.round((Number(amount) * UNITS[unit as keyof typeof UNITS]) / 8);
}

/** In the largest unit of which it is a whole number, as `tc` reads it. */
export function rateText(bits: number): string {
  const unit = (['gbit', 'mbit', 'kbit'] as const).find((each) => bits % UNITS[each] === 0) ?? 'bit';
  return `${bits / UNITS[unit]}${unit}`;
}
