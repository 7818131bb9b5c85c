/** A file with one thing changed, and where. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Node, type Pair } from 'yaml';
import type { Random } from './random.js';
import { hostileScalar, NAMES } from './scalars.js';

export interface Mutant {
  readonly text: string;
  /** First and last line that the change touches, of the mutant. */
  readonly lines: readonly [first: number, last: number];
  /** What was there, and what is there instead. */
  readonly was: string;
  readonly is: string;
}

/** Where a file can be changed. */
export interface Seed {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Stretch[];
  readonly keys: readonly Stretch[];
  readonly members: readonly Stretch[];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

export function seedOf(name: string, text: string): Seed {
  const [values, keys, members]: [Stretch[], Stretch[], Stretch[]] = [[], [], []];
  const put = (list: Stretch[], node: unknown): void => {
    const range = (node as Node | null)?.range;
    if (range && range[1] > range[0]) list.push({ start: range[0], end: range[1] });
  };
  visit(parseDocument(text, { uniqueKeys: false, merge: false }), {
    Pair(_key, pair: Pair) {
      put(keys, pair.key);
      if (isScalar(pair.value) || isSeq(pair.value) || isMap(pair.value) || isAlias(pair.value)) put(values, pair.value);
    },
    Seq(_key, list) {
      for (const item of list.items) put(members, item);
    },
  });
  return { name, text, values, keys, members };
}

export function mutate(seed: Seed, others: readonly Seed[], random: Random): Mutant {
  const { text } = seed;
  const all = [...seed.values, ...seed.members];
  switch (random.below(10)) {
    case 0:
      return replace(text, random.pick(seed.keys), JSON.stringify(random.pick(NAMES)));
    case 1: {
      // A key of another place.
      const other = random.pick(others);
      return replace(text, random.pick(seed.keys), textOf(other, random.pick(other.keys)));
    }
    case 2:
    case 3: {
      // A value of another place.
      const other = random.pick(others);
      return replace(text, random.pick(all), textOf(other, random.pick([...other.values, ...other.members])));
    }
    case 4: {
      const line = random.pick(lineStarts(text));
      return replace(text, line, random.chance(0.5) ? '' : `${text.slice(line.start, line.end)}${text.slice(line.start, line.end)}`);
    }
    case 5: {
      const start = random.below(text.length + 1);
      return replace(text, { start, end: Math.min(text.length, start + random.below(4)) }, hostileScalar(random));
    }
    case 6: {
      const start = random.below(text.length);
      return replace(
        text,
        { start, end: start + 1 },
        String.fromCharCode(random.chance(0.8) ? 32 + random.below(95) : random.below(0x300)),
      );
    }
    default:
      return replace(text, random.pick(all), hostileScalar(random));
  }
}

const textOf = ({ text }: Seed, { start, end }: Stretch): string => text.slice(start, end);

function lineStarts(text: string): readonly Stretch[] {
  const lines: Stretch[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    lines.push({ start, end });
    start = end;
  }
  return lines;
}

function replace(text: string, { start, end }: Stretch, by: string): Mutant {
  const first = text.slice(0, start).split('\n').length;
  return {
    text: text.slice(0, start) + by + text.slice(end),
    lines: [first, first + by.split('\n').length - 1],
    was: text.slice(start, end),
    is: by,
  };
}
