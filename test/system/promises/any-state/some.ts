import fc from 'fast-check';

/** A part of a lab, as the file would have it. */
export type Part = Readonly<Record<string, unknown>>;

/** There in every third lab. */
export const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined, freq: 2 });

/** There in one of so many labs. */
export const rarely = <T>(one: fc.Arbitrary<T>, of = 6): fc.Arbitrary<T | undefined> =>
  fc.integer({ min: 1, max: of }).chain((n): fc.Arbitrary<T | undefined> => (n === 1 ? one : fc.constant(undefined)));

/** Any of the keys, each there or not. */
export const anyOf = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Part> =>
  fc.record(Object.fromEntries(Object.entries(keys).map(([key, one]) => [key, some(one)]))).map(withoutGaps);

export const withoutGaps = (part: Part): Part => Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
