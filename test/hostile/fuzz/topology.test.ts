/**
 * Hostile topologies, by the thousand: examples with one thing changed, and files made of the schema; a hundred thousand of each
 * with TOPO_LONG=1.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import type { Code } from '../../../src/topology/codes.js';
import { topologyText } from './grammar.js';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import { judge, type Verdict } from './judge.js';
import { mutate, type Mutant } from './mutate.js';
import { LIMIT_MS, timed } from './quick.js';
import { Random } from './random.js';
import { seeds } from './seeds.js';

const COUNT = LONG ? 100_000 : 1500;
/** How much this process may grow by one text: what it had before is the test runner's, and the garbage of the texts before. */
const LIMIT_BYTES = 500 * 1024 * 1024;
/** What may be held of all the texts together when they are through. */
const LIMIT_HELD_BYTES = 100 * 1024 * 1024;

/** Of a part of the file the error may stand at the key that the part belongs to. */
function isAbove({ diagnostics }: Verdict, { text, lines: [first] }: Mutant): boolean {
  const lines = text.split('\n');
  const wanted = new Set(diagnostics.map(({ at }) => at?.line));
  const indentation = (line: number): number => (lines[line - 1] ?? '').search(/[^\s-]|$/);
  let least = Math.max(indentation(first), 1);
  for (let line = first - 1; line > 0; line--) {
    if (lines[line - 1]?.trim() === '' || indentation(line) > least) continue;
    if (wanted.has(line)) return true;
    least = indentation(line);
  }
  return false;
}

/** What speaks of two places is told at the one that refers to the other, or at the one that cannot be with it. */
const RELATIONS: ReadonlySet<string> = new Set<Code>([
  ...([
    'unknown-network',
    'unknown-node',
    'unknown-host',
    'unknown-group',
    'unknown-interface',
    'unknown-anchor',
    'bad-merge',
    'alias-cycle',
  ] as const),
  ...([
    'underlay-missing',
    'underlay-ambiguous',
    'underlay-absent',
    'underlay-unsuitable',
    'mtu-over-underlay',
    'flannel-off-link',
  ] as const),
  ...(['address-without-subnet', 'ip-range-outside-subnet', 'address-outside-subnet', 'gateway-not-attached', 'subnet-missing'] as const),
  ...(['subnet-overlap', 'port-twice', 'ports-unreachable', 'calico-selects-nobody', 'macvlan-without-parent'] as const),
  ...(['route-unreachable-gateway', 'routing-without-forwarding', 'no-host-gateway', 'join-circle', 'ipv6-disabled'] as const),
  ...(['address-twice', 'mac-twice', 'interface-twice', 'host-interface-twice', 'netns-twice', 'vni-twice', 'gateway-taken'] as const),
]);
const OF_EXPANSION = /^(bgp|ospf|declared|calico|flannel|subnet|address|network|host|parent)-/;

const usage = { slowest: 0, slow: '', most: 0, big: '' };
const heldBefore = held();

/** Bytes of the heap that are reachable. */
function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function judged(text: string, name: string): Promise<Verdict> {
  const resident = process.memoryUsage.rss();
  try {
    const { value, ms } = await timed(() => judge(text));
    const shown = `${name}\n${text.slice(0, 2000)}`;
    const grown = process.memoryUsage.rss() - resident;
    if (ms > usage.slowest) Object.assign(usage, { slowest: ms, slow: shown });
    if (grown > usage.most) Object.assign(usage, { most: grown, big: shown });
    return value;
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}\n${text.slice(0, 2000)}`, { cause: error });
  }
}

const isNear = ({ diagnostics }: Verdict, { lines: [first, last] }: Mutant): boolean =>
  diagnostics
    .flatMap(({ at, related = [] }) => [at, ...related.map((one) => one.at)])
    .some((at) => at !== undefined && at.line >= first - 1 && at.line <= last + 1);

/** A line that goes, comes, or begins elsewhere, or a comment that is none any more, gives the lines below it another meaning. */
const movesLines = ({ was, is }: Mutant): boolean =>
  was.trim() === '' || is.trim() === '' || (was + is).includes('\n') || /["'[\]{}|>]/.test(was + is) || was.startsWith('#');

/** So does a key that is another one to all that belongs to it. */
function isWithin({ text, lines: [first] }: Mutant, line: number): boolean {
  const lines = text.split('\n').slice(first - 1, line);
  const indentation = (one: string): number => one.search(/\S/);
  return lines.slice(1).every((one) => one.trim() === '' || indentation(one) > indentation(lines[0]!));
}

it(`one thing of a good file changed: it is still good, or the error is there or where that is needed (${DRAWN})`, async () => {
  const all = seeds();
  let [good, near] = [0, 0];
  const far: string[] = [];
  tried(COUNT);
  for (let i = 0; i < COUNT; i++) {
    const random = new Random(SEED * 1_000_003 + i);
    const seed = random.pick(all);
    const mutant = mutate(seed, all, random);
    const verdict = await judged(mutant.text, `mutant ${i} of ${seed.name}`);
    if (verdict.accepted) good += 1;
    else if (isNear(verdict, mutant) || isAbove(verdict, mutant)) near += 1;
    else {
      const [first] = verdict.diagnostics;
      const below = first!.at!.line > mutant.lines[0] && (movesLines(mutant) || isWithin(mutant, first!.at!.line));
      const known = RELATIONS.has(first!.code) || OF_EXPANSION.test(first!.code) || below;
      far.push(
        `${known ? '' : 'UNEXPECTED '}${i} ${first!.code} ${first!.at!.line} for ${mutant.lines.join('-')}: ${mutant.was} => ${mutant.is}`.slice(
          0,
          300,
        ),
      );
    }
  }
  expect(far.filter((text) => text.startsWith('UNEXPECTED')).slice(COUNT / 1000)).toEqual([]);
  // Nearly always the error is at the very place.
  expect(far.length).toBeLessThan(near / 20);
  expect(good).toBeGreaterThan(COUNT / 50);
  expect(near).toBeGreaterThan(COUNT / 2);
}, 7_200_000);

it(`files of whatever the schema allows, and of a little that it does not (${DRAWN})`, async () => {
  let good = 0;
  tried(LONG ? COUNT : COUNT / 2);
  for (let i = 0; i < (LONG ? COUNT : COUNT / 2); i++) {
    const verdict = await judged(topologyText(new Random(SEED * 7_000_003 + i)), `made file ${i}`);
    if (verdict.accepted) good += 1;
  }
  // About one in sixty; of few files one in two hundred is not rare.
  expect(good).toBeGreaterThan(LONG ? COUNT / 200 : 1);
}, 7_200_000);

it(`none took longer than two seconds or more memory than it may, and nothing is held of them (${DRAWN})`, () => {
  expect({ ...usage, isSlow: usage.slowest > LIMIT_MS, isBig: usage.most > LIMIT_BYTES }).toMatchObject({ isSlow: false, isBig: false });
  expect(held() - heldBefore).toBeLessThan(LIMIT_HELD_BYTES);
});
