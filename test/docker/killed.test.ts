/** Killed after an operation of a lab with containers, the next apply arrives, and destroy leaves nothing (GUARANTEES.md, G4). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tried } from '../conformance/tried.js';
import { DRAWN, LONG, sampleOf } from '../thoroughness.js';
import { KILLED, type PlanDocument, command } from '../system/promises/program.js';
import { asRoot } from './as-root.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const LAB = `name: box
networks: { front: { subnet: 10.38.0.0/24 } }
nodes:
  web: { image: ${IMAGE}, command: busybox sleep infinity, environment: { MODE: one }, networks: [front], ports: ['8091:80'] }
  db: { container: own, networks: [front] }
`;
const CHANGED = LAB.replace('MODE: one', 'MODE: two').replace('10.38.0.0', '10.38.1.0');
const POINTS = 2;

asRoot('killed after an operation', () => {
  let lab: DockerWorld;
  let baseline: string;
  let before: string;
  let after: string;
  const containers = (): string => lab.docker.must('ps', '--all', '--format', '{{.Names}} {{.State}}').split('\n').sort().join('\n');

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.docker.must('run', '--detach', '--name', 'own', '--network', 'none', IMAGE, 'busybox', 'sleep', 'infinity');
    before = lab.world.file('before.yaml', LAB);
    after = lab.world.file('after.yaml', CHANGED);
    baseline = `${lab.world.snapshot()}\n${containers()}`;
  }, 60_000);
  afterAll(() => lab.dispose());

  /** Behind what is done to containers: all else is killed elsewhere. */
  function points(plan: string): readonly number[] {
    const { actions } = JSON.parse(plan) as PlanDocument;
    const operations = actions.flatMap((one) => [...one.operations, ...one.finish]);
    const ofContainers = operations.flatMap(({ op }, i) => (op.startsWith('container-') || op.startsWith('netns-') ? [i + 1] : []));
    expect(ofContainers.length).toBeGreaterThan(1);
    return sampleOf(ofContainers, POINTS);
  }

  function killed(k: number, args: string): void {
    const environment = { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TOPO_TEST_KILL_AFTER: String(k) };
    expect(lab.world.sh(`${command(args)} >/dev/null 2>&1; exit $?`, environment).status).toBe(KILLED);
  }

  function gone(): void {
    lab.topo('destroy', '--yes', before);
    expect(`${lab.world.snapshot()}\n${containers()}`).toBe(baseline);
  }

  it(
    `of an apply and of a change: the next one arrives, and destroy leaves what was there (${DRAWN})`,
    () => {
      let count = 0;
      for (const k of points(lab.topo('plan', '--json', before))) {
        killed(k, `apply --yes ${before}`);
        lab.topo('apply', '--yes', before);
        expect(lab.topo('plan', '--detailed-exitcode', before)).toContain('No changes.');
        gone();
        count++;
      }
      lab.topo('apply', '--yes', before);
      for (const k of points(lab.topo('plan', '--json', after))) {
        killed(k, `apply --yes ${after}`);
        lab.topo('apply', '--yes', after);
        expect(lab.topo('plan', '--detailed-exitcode', after)).toContain('No changes.');
        lab.topo('apply', '--yes', before);
        count++;
      }
      gone();
      tried(count);
    },
    LONG ? 3_600_000 : 600_000,
  );
});
