import { expect, it } from '@jest/globals';
import type { World } from '../world.js';
import { probe } from './probe.js';

/** What is asked for, where, and what has to come of it: the words of `probe`. */
export type Row = readonly [from: string, to: string, result: string];

/**
 * All rows at once, for most of the time of a timeout is waiting. `netnsOf` gives the namespace of a name, or null for the
 * host's own. To be used in two steps: `run` in a beforeAll, `test` while the tests are declared.
 */
export class Rows {
  private results: readonly string[] = [];

  constructor(
    private readonly rows: readonly Row[],
    private readonly netnsOf: (name: string) => string | null,
  ) {}

  async run(world: World): Promise<void> {
    this.results = await Promise.all(this.rows.map(([from, to]) => probe(world, this.netnsOf(from), to)));
  }

  test(): void {
    it.each(this.rows.map(([from, to, result], i) => ({ from, to, result, i })))('$from -> $to: $result', ({ result, i }) => {
      expect(this.results[i]).toBe(result);
    });
  }
}

/** Nodes of a lab with their default names; `host` and `lan`, the machine that `world.outside` makes. */
export function placesOf(lab: string): (name: string) => string | null {
  return (name) => (name === 'host' ? null : name === 'lan' ? 'outside' : `${lab}.${name}`);
}
