/**
 * Twice as large a lab is twice as much work, in each part of the program (GUARANTEES.md, G14): how often V8 has run each piece of code is
 * compared, and no clock.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TOPO, World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const NODES = 100;
const PER_NETWORK = 20;

function lab(nodes: number): string {
  const all = Array.from({ length: nodes }, (_, i) => i);
  const networks = all.filter((i) => i % PER_NETWORK === 0).map((i) => `  n${i / PER_NETWORK}: { subnet: 10.${i / PER_NETWORK}.0.0/24 }`);
  const members = all.map(
    (i) =>
      `  h${i}: { networks: [n${Math.floor(i / PER_NETWORK)}], ports: ['${10_000 + i}:80'], sysctls: { net.ipv4.ip_default_ttl: 70 }, routes: [{ to: 172.16.${i}.0/24, type: blackhole }] }`,
  );
  return `name: work\nnetworks:\n${networks.join('\n')}\nnodes:\n${members.join('\n')}\n`;
}

/** What the coverage of Node tells of a script (`NODE_V8_COVERAGE`). */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
}

/** Of each piece of the program's code how often it was run; the key has its function's name and its place in the bundle. */
function counts(...args: readonly string[]): ReadonlyMap<string, number> {
  const directory = join(world.directory, 'coverage');
  // With another flag V8 refuses the code cache, in which functions are counted as a whole.
  const { status, stderr } = world.sh(`${process.execPath} --no-flush-bytecode ${TOPO} ${args.join(' ')}`, { NODE_V8_COVERAGE: directory });
  if (status !== 0) throw new Error(`topo ${args.join(' ')}: ${stderr}`);
  const found = new Map<string, number>();
  for (const file of readdirSync(directory)) {
    const { result } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Coverage;
    for (const { url, functions } of result) {
      // What another thread takes over depends on how many namespaces there are.
      if (!url.endsWith('/dist/main.cjs')) continue;
      for (const { functionName, ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const key = `${functionName} ${startOffset}-${endOffset}`;
          found.set(key, (found.get(key) ?? 0) + count);
        }
      }
    }
  }
  rmSync(directory, { recursive: true });
  return found;
}

/** Sorting takes a little more than in proportion. */
const MOST = 2.7;
/** So often for each node is no work, however it grows: the kernel knows some neighbours of each for a while, more of them on a busy machine. */
const FEW = 15;

test('a plan, an apply, an empty plan, a change and a destroy', () => {
  const run = (nodes: number): readonly (readonly [what: string, of: ReadonlyMap<string, number>])[] => {
    const file = world.file('topo.yaml', lab(nodes));
    const created = counts('plan', '--quiet', file);
    const applied = counts('apply', '--yes', '--quiet', file);
    const empty = counts('plan', file);
    const changed = counts(
      'apply',
      '--yes',
      '--quiet',
      world.file('topo.yaml', lab(nodes).replaceAll('type: blackhole', 'type: prohibit')),
    );
    return [
      ['plan', created],
      ['apply', applied],
      ['an empty plan', empty],
      ['a change', changed],
      ['destroy', counts('destroy', '--yes', '--quiet', file)],
    ];
  };
  const [small, large] = [run(NODES), run(2 * NODES)];
  const grown = large.flatMap(([what, all], i) =>
    [...all].flatMap(([piece, count]) => {
      const before = small[i]![1].get(piece) ?? 0;
      return count > FEW * 2 * NODES && before > 0 && count > MOST * before ? [`${what}: ${piece}: ${before} -> ${count}`] : [];
    }),
  );
  expect(large.every(([, all]) => all.size > 1000)).toBe(true);
  expect(grown).toEqual([]);
}, 120_000);
