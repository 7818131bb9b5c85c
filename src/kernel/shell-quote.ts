const PLAIN = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/;

/** One word of a POSIX shell, whatever is in it. */
export function shellQuote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word of a command cannot hold a zero byte');
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
