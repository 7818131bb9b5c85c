import { InvalidArgumentError } from 'commander';

const MILLISECONDS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `10s`, `2m`, `1.5h`; a bare number counts seconds. In milliseconds. */
export function parseDuration(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (found === null) throw new InvalidArgumentError('Expected a duration such as 500ms, 10s or 2m.');
  return Number(found[1]) * MILLISECONDS[found[2] ?? 's']!;
}
