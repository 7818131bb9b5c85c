/** From any state of a lab with containers, whatever somebody has done to them, apply gives what it gives on an empty machine (GUARANTEES.md, G3). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { tried } from '../conformance/tried.js';
import { comparable, differences } from '../system/promises/any-state/lab-machine.js';
import { moment, settled } from '../system/promises/machine.js';
import { DRAWN, LONG, SEED } from '../thoroughness.js';
import { anyDrift, anyLabs, commandsOf, LAB, OWN, type Drift } from './any-lab.js';
import { asRoot } from './as-root.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const [STATES, PAIRS] = LONG ? [20, 100] : [3, 4];
const DEADLINE_MS = 20_000;

asRoot('any state with containers', () => {
  let one: DockerWorld;
  beforeAll(async () => {
    one = await dockerWorld();
    one.docker.must('run', '--detach', '--name', OWN, '--network', 'none', IMAGE, 'busybox', 'sleep', 'infinity');
  }, 60_000);
  afterAll(() => one.dispose());

  interface Container {
    readonly id: string;
    readonly text: string;
  }

  /** By name: what was asked for, and that it runs; whose namespace it is in by name too. */
  function containers(): ReadonlyMap<string, Container> {
    const ids = one.docker.must('ps', '--all', '--quiet', '--no-trunc').split('\n').filter(Boolean);
    const format = '{{.Id}} {{.Name}} {{.Config.Image}} {{.Config.Cmd}} {{.Config.Env}} {{.State.Status}} {{.HostConfig.NetworkMode}}';
    const lines = one.docker.must('inspect', '--format', format, ...ids).split('\n');
    const names = new Map(lines.map((line) => line.split(' ')).map(([id = '', name = '']) => [id, name.slice(1)]));
    const named = (text: string): string => [...names].reduce((line, [id, name]) => line.replaceAll(id, name), text);
    return new Map(lines.map((line) => [names.get(line.split(' ')[0]!)!, { id: line.split(' ')[0]!, text: named(line) }]));
  }

  /** What somebody else's container has, node or not. */
  const inside = (): string =>
    one.docker.shell(`nsenter -t ${one.docker.pid(OWN)} -n sh -c "ip -4 -o addr | cut -d: -f2-; ip route; ip rule"`);

  const withContainers = (lines: readonly string[], found = containers()): readonly string[] => [
    ...lines,
    ...[...found.values()].map(({ text }) => text).sort(),
    ...inside().split('\n'),
  ];
  const shown = (): readonly string[] => withContainers(comparable({ ...moment(one.world, 'brief'), processes: [] }));

  async function becomes(wanted: readonly string[]): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const text = differences(wanted, shown());
      if (text === '') return;
      if (Date.now() > deadline) throw new Error(text);
      await sleep(100);
    }
  }

  /** On a machine that is empty before and afterwards. */
  async function fresh(text: string): Promise<readonly string[]> {
    const before = shown();
    one.topo('apply', '--yes', '--quiet', one.world.file('topo.yaml', text));
    await settled(one.world);
    const found = shown();
    one.topo('destroy', '--yes', '--quiet', 'topo.yaml');
    await becomes(before);
    return found;
  }

  const idsOf = (): ReadonlyMap<string, string> => new Map([...containers()].map(([name, { id }]) => [name, id]));
  /** What the file asks of the node, and of what it stands on. */
  const askedOf = (text: string, node: string): string => {
    const { networks, nodes } = JSON.parse(text) as { readonly networks: unknown; readonly nodes: { readonly [name: string]: unknown } };
    return JSON.stringify([networks, nodes['a'], nodes[node] ?? null]);
  };

  function drifted(drift: readonly Drift[]): string {
    const running = [...containers().keys()].filter((name) => name === OWN || name.startsWith(`${LAB}.`));
    const commands = commandsOf(drift, running);
    // What one has taken away another cannot change; and the container of somebody else has to run for a node to be it.
    one.docker.shell(commands.map((command) => `${command} || true`).join('\n'));
    one.docker.shell(
      `docker start ${OWN} >/dev/null || docker run --detach --name ${OWN} --network none ${IMAGE} busybox sleep infinity >/dev/null`,
    );
    return commands.join('\n');
  }

  it(`leads to any other: ${PAIRS} pairs of ${STATES} states (${DRAWN})`, async () => {
    const [labs] = fc.sample(anyLabs(STATES), { numRuns: 1, seed: SEED }) as [readonly string[]];
    const steps = fc.sample(fc.tuple(fc.nat(), anyDrift), { numRuns: PAIRS, seed: SEED });
    const baseline = shown();
    const wanted: (readonly string[])[] = [];
    for (const text of labs) wanted.push(await fresh(text));
    let at = -1;
    for (const [step, drift] of steps) {
      const from = at < 0 ? null : labs[at]!;
      // Any but itself.
      at = at < 0 ? step % STATES : (at + 1 + (step % (STATES - 1))) % STATES;
      const text = labs[at]!;
      const ids = idsOf();
      const commands = drifted(drift);
      try {
        one.topo('apply', '--yes', '--quiet', one.world.file('topo.yaml', text));
        await becomes(wanted[at]!);
        one.topo('plan', '--detailed-exitcode', 'topo.yaml');
        // A container of which the same is asked is the same.
        if (from !== null && commands === '')
          for (const [name, id] of idsOf()) {
            const node = name.slice(`${LAB}.`.length);
            if (askedOf(from, node) === askedOf(text, node)) expect([name, id]).toEqual([name, ids.get(name)]);
          }
      } catch (error) {
        throw new Error(
          `from\n${from ?? '(nothing)'}\n${commands}\nto\n${text}\n\n${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      }
    }
    one.topo('destroy', '--yes', '--quiet', '--lab', LAB);
    await becomes(baseline);
    tried(PAIRS);
  }, 3_600_000);

  it('a node gets an image, or loses it: what it is wired with is made anew, in the same apply', async () => {
    one.world.must('ip link add lan0 type veth peer name lan1 && ip link set lan0 up && ip link set lan1 up');
    const wiredAs = (what: string): string => `name: ${LAB}
networks:
  front: { subnet: 10.39.0.0/24 }
  wire: { driver: macvlan, parent: lan0, subnet: 10.41.0.0/24 }
nodes:
  a: { ${what}networks: [front, wire] }
  b: {}
links: [{ endpoints: ['a:x', 'b:x'] }]
`;
    const texts = ['', `image: ${IMAGE}, command: busybox sleep infinity, `].map(wiredAs);
    const wanted: (readonly string[])[] = [];
    for (const text of texts) wanted.push(await fresh(text));
    for (const [i, text] of [...texts, texts[0]!].entries()) {
      one.topo('apply', '--yes', '--quiet', one.world.file('topo.yaml', text));
      await becomes(wanted[i % 2]!);
      one.topo('plan', '--detailed-exitcode', 'topo.yaml');
    }
    one.topo('destroy', '--yes', '--quiet', 'topo.yaml');
  }, 180_000);
});
