/**
 * A lab by Docker and the same lab by topo: who reaches whom, and as whom he is seen, is the same in every cell but those that
 * docs/docker-parity.md lists. A difference that is not listed fails, and so does a listed one that is none any more.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asRoot } from '../docker/as-root.js';
import { explains, listedBelow, serverOf, type Difference, type Listed } from './listed.js';
import { PROBES, table, type Cell } from './probes.js';
import { byDocker, byTopo, type Side } from './sides.js';

/** The heading of its table, and the flags of dockerd. */
const DAEMONS: readonly (readonly [heading: string, flags: readonly string[]])[] = [
  ['Beside Docker with its defaults', []],
  ['Beside Docker without its proxy', ['--userland-proxy=false', '--experimental', '--ip6tables']],
];

/** A daemon, a lab and a thousand probes, on a machine that may be busy. */
const LONG = 300_000;

/** A daemon needs root; where it should run and does not, the suite fails. */
asRoot('parity with Docker', () => {
  let topo: Side;
  let topoCells: readonly Cell[];
  beforeAll(async () => {
    topo = await byTopo();
    topoCells = await table(topo);
  }, LONG);
  afterAll(() => topo.dispose());

  it('each place is answered by the same server under one address, whoever asks', () => {
    const servers = new Map<string, Set<string>>();
    for (const { from, to, result } of topoCells) {
      const server = serverOf(result);
      if (server === undefined || MEANS_ANOTHER.test(to)) continue;
      servers.set(to, (servers.get(to) ?? new Set()).add(server));
      expect([from, to, server]).toEqual([from, to, SERVERS_OF_PORTS.get(/:(\d+)$/.exec(to)?.[1] ?? '') ?? server]);
    }
    expect([...servers].filter(([, names]) => names.size > 1)).toEqual([]);
    expect(servers.size).toBeGreaterThan(30);
  });

  it('the file says the same as the kernel, before and after all that traffic', () => {
    expect(topo.world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });

  describe.each(DAEMONS)('%s', (heading, flags) => {
    const listed = listedBelow(heading);
    let docker: Side;
    let cells: readonly Cell[];
    let differences: readonly Difference[];
    beforeAll(async () => {
      docker = await byDocker(...flags);
      cells = await table(docker);
      differences = await certain(differencesOf(cells, topoCells), listed, [docker, topo]);
    }, LONG);
    afterAll(() => docker.dispose());

    it('fills every cell with a word that is known', () => {
      for (const filled of [cells, topoCells]) {
        expect(filled).toHaveLength(PROBES.length);
        expect(filled.filter(({ result }) => !KNOWN.test(result))).toEqual([]);
      }
      expect(differences.length).toBeLessThan(PROBES.length / 3);
    });

    it('has no difference that is not listed', () => {
      expect(differences.filter((difference) => !listed.some((row) => explains(row, difference)))).toEqual([]);
    });

    it('has every difference that is listed', () => {
      expect(listed.filter((row) => !differences.some((difference) => explains(row, difference))).map(({ line }) => line)).toEqual([]);
    });
  });
});

/** 127.0.0.1 is somebody else in each namespace. */
const MEANS_ANOTHER = /localhost|127\.0\.0\.1|\[::1\]/;

/** What lab.yaml publishes: port of the host -> whose answer it is. */
const SERVERS_OF_PORTS: ReadonlyMap<string, string> = new Map([
  ['8080', 'a1:80'],
  ['5353', 'a1:53'],
  ['9001', 'a1:9001'],
  ['8090', 'b1:80'],
  ['8091', 'b1:80'],
  ['8092', 'b1:80'],
  ['8093', 'both:80'],
  ['8094', 'q2:80'],
  ['7000', 'host'],
  ['7002', 'guest'],
]);

const KNOWN =
  /^(answer|timeout|refused|unreachable|too long|\S+ sees \S+|(via \S+ )?dev \S+|unknown|[0-9a-f.:]+(, [0-9a-f.:]+)*|[a-z0-9.]+)$/;

function differencesOf(docker: readonly Cell[], topo: readonly Cell[]): readonly Difference[] {
  return docker.flatMap(({ from, to, result }, i) => {
    const other = topo[i]!.result;
    return result === other ? [] : [{ from, to, docker: result, topo: other }];
  });
}

/** Those that nobody expects are looked at again, one after another: a busy machine may have been too slow for an answer. */
async function certain(
  differences: readonly Difference[],
  listed: readonly Listed[],
  sides: readonly [docker: Side, topo: Side],
): Promise<readonly Difference[]> {
  const expected = differences.filter((difference) => listed.some((row) => explains(row, difference)));
  const others = differences.filter((difference) => !expected.includes(difference)).map(({ from, to }) => [from, to] as const);
  const [docker, topo] = [await table(sides[0], others, 4), await table(sides[1], others, 4)];
  return [...expected, ...differencesOf(docker, topo)];
}
