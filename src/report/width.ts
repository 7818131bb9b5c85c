/** Text on a terminal: how many columns it takes, how it is wrapped and filled up. */

/** Zero columns: combining marks, joiners, variation selectors. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Two columns: East Asian wide and fullwidth (UAX #11), and emoji. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;
const ASCII = /^[\x20-\x7e]*$/;

export function columns(text: string): number {
  if (ASCII.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return sum;
}

/** Filled up with spaces to that many columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** The parts one after another with commas, as many on a line as fit; a part is never broken. */
export function wrapped(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  parts.forEach((part, i) => {
    const piece = i === parts.length - 1 ? part : `${part},`;
    if (line !== '' && columns(line) + 1 + columns(piece) > width) {
      lines.push(line);
      line = piece;
    } else line = line === '' ? piece : `${line} ${piece}`;
  });
  return line === '' ? lines : [...lines, line];
}

/** Controls and characters that turn the direction of writing around. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/** Names come from the kernel, where anybody may put an escape sequence into one. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** 0 for none. A function takes no more arguments than the stack has room for, and there may be more of them than that. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}
