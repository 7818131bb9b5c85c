/** What is refused is undone where nodes are containers: those that topo starts, and those that it attaches to (GUARANTEES.md, G9). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { DRAWN } from '../thoroughness.js';
import type { Picture } from '../system/promises/machine.js';
import type { PlanDocument } from '../system/promises/program.js';
import { comparable, expectSame, mustRollBackWith, refusalPoints } from '../system/promises/rollback.js';
import { NO_CHANGES } from '../examples/example.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const LAB = `name: box
networks: { front: { subnet: 10.39.0.0/24 } }
nodes:
  web: { image: ${IMAGE}, command: busybox sleep infinity, environment: { MODE: one }, networks: { front: 10.39.0.10 }, ports: ['8090:80'] }
  side: { image: ${IMAGE}, command: busybox sleep infinity, network_mode: 'node:web' }
  db: { container: own, networks: { front: 10.39.0.11 }, routes: [{ to: 10.99.0.0/16, type: blackhole }] }
  plain: { networks: { front: 10.39.0.12 } }
`;
/** One is started anew, one goes, one comes, and the container of somebody else gets another address. */
const CHANGED = LAB.replace('MODE: one', 'MODE: two')
  .replace(/ {2}side: .*\n/, `  more: { image: ${IMAGE}, command: busybox sleep infinity, networks: [front] }\n`)
  .replace('10.39.0.11', '10.39.0.13')
  .replace('type: blackhole', 'type: prohibit');

const POINTS = 2;

asRoot('what is refused', () => {
  let lab: DockerWorld;
  let before: string;
  let after: string;

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.docker.must('run', '--detach', '--name', 'own', '--network', 'none', IMAGE, 'busybox', 'sleep', 'infinity');
    before = lab.world.file('before.yaml', LAB);
    after = lab.world.file('after.yaml', CHANGED);
  }, 60_000);
  afterAll(() => lab.dispose());

  const containers = (): string =>
    lab.docker.must('ps', '--all', '--format', '{{.Names}} {{.Image}} {{.State}} {{.Label "topo.lab"}}').split('\n').sort().join('\n');
  const modes = (): string => lab.docker.must('inspect', '--format', '{{.Config.Env}}', 'box.web');
  const points = (plan: string): readonly number[] => {
    const { actions } = JSON.parse(plan) as PlanDocument;
    const operations = actions.flatMap((one) => [...one.operations, ...one.finish]);
    return refusalPoints(operations.length, POINTS);
  };

  async function refusedAt(k: number, picture: Picture, shown: string, ...args: readonly string[]): Promise<void> {
    const environment = { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    mustRollBackWith(environment, lab.world, k, ...args);
    await expectSame(lab.world, picture, `operation ${k} of ${args.join(' ')} was refused`);
    expect(containers()).toBe(shown);
  }

  it(`is undone: a creation and a change (${DRAWN})`, async () => {
    const [nothing, own] = [await comparable(lab.world), containers()];
    for (const k of points(lab.topo('plan', '--json', before))) await refusedAt(k, nothing, own, 'apply', '--yes', before);
    lab.topo('apply', '--yes', before);
    const [built, all] = [await comparable(lab.world), containers()];
    for (const k of points(lab.topo('plan', '--json', after))) await refusedAt(k, built, all, 'apply', '--yes', after);
    expect(modes()).toContain('MODE=one');
    expect(lab.docker.must('inspect', '--format', '{{.State.Running}}', 'own')).toBe('true');
    lab.topo('destroy', '--yes', before);
    await expectSame(lab.world, nothing, 'destroyed');
  }, 240_000);

  it(`is undone: a destroy, and the container of somebody else is the node again (${DRAWN})`, async () => {
    lab.topo('apply', '--yes', before);
    // No command prints it: the events of one tell it.
    const plan = lab.topo('destroy', '--yes', '--json', before).split('\n')[0]!;
    lab.topo('apply', '--yes', before);
    const [built, all] = [await comparable(lab.world), containers()];
    const inside = (): string => lab.world.must(`nsenter -t ${lab.docker.pid('own')} -n ip -o addr show dev eth0 | grep -o 'inet .*/24'`);
    const [address, own] = [inside(), lab.docker.pid('own')];
    for (const k of points(plan)) {
      await refusedAt(k, built, all, 'destroy', '--yes', before);
      expect(lab.topo('plan', before)).toBe(NO_CHANGES);
      expect(inside()).toBe(address);
      expect(lab.docker.pid('own')).toBe(own);
    }
    lab.topo('destroy', '--yes', before);
  }, 240_000);

  it('that an apply took all containers away and nobody confirmed it: they come back', async () => {
    lab.topo('apply', '--yes', before);
    const [built, all] = [await comparable(lab.world), containers()];
    const file = lab.world.file('none.yaml', LAB.replace(/ {2}(web|side|db): .*\n/g, ''));
    lab.topo('apply', '--yes', '--confirm', '10m', file);
    expect(containers()).not.toBe(all);
    expect(lab.topo('confirm', '--revert', file)).toContain('all is as it was before');
    await expectSame(lab.world, built, 'reverted');
    expect(containers()).toBe(all);
    lab.topo('destroy', '--yes', before);
  }, 120_000);

  it('that the image of one is not there, or that it ends at once: it is told with its line, and undone', async () => {
    const [nothing, own] = [await comparable(lab.world), containers()];
    const environment = { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const file = lab.world.file('ends.yaml', LAB.replace('busybox sleep infinity, environment', 'busybox false, environment'));
    const { status, stdout, stderr } = lab.world.topo(['apply', '--yes', file], environment);
    expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('was rolled back') });
    expect(stderr).toMatch(/error\[ECONTAINER\]: .*the container box\.web does not run: it exited with status 1/);
    expect(stderr).toContain('ends.yaml:4:');
    await expectSame(lab.world, nothing, 'it ended at once');
    expect(containers()).toBe(own);
  }, 120_000);
});
