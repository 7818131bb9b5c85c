/** `topo watch` of nodes that are containers. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { differences, eventually, Watcher } from '../system/watch/watcher.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const LAB = `name: kept
networks: { front: { subnet: 10.38.0.0/24 } }
nodes:
  made: { image: ${IMAGE}, command: busybox sleep infinity, networks: [front] }
  own: { container: own, networks: [front] }
  plain: { networks: [front] }
`;

asRoot('containers that are watched', () => {
  let lab: DockerWorld;
  let watcher: Watcher;

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.docker.must('run', '--detach', '--name', 'own', '--network', 'none', IMAGE, 'busybox', 'sleep', 'infinity');
    lab.world.file('topo.yaml', LAB);
    watcher = await Watcher.start(lab.world, ['--repair'], { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
    await watcher.until('in-sync');
  }, 60_000);
  afterAll(() => lab.dispose());

  const isInSync = (): Promise<void> =>
    eventually(
      () => lab.topo('plan').includes('No changes.'),
      () => lab.topo('plan'),
    );

  it.each(['kill', 'stop --time 0'])('one of topo’s is started again and wired after docker %s', async (how) => {
    const [made] = lab.docker.must('ps', '--quiet', '--filter', 'label=topo.node=made').trim().split('\n');
    lab.docker.must(...how.split(' '), made!);
    await watcher.until('drift', (event) => differences(event).some((line) => line.includes('kept.made') || line.includes('container:')));
    await watcher.until('in-sync');
    await isInSync();
    expect(lab.topo('exec', 'plain', '--', 'ping', '-c1', '-W3', 'made')).toContain('1 received');
  });

  it('one that is somebody’s is not started, but told, and wired when it is there again', async () => {
    lab.docker.must('kill', 'own');
    expect(await watcher.until('blocked')).toMatchObject({ lab: 'kept' });
    expect(lab.docker.must('inspect', '--format', '{{.State.Running}}', 'own').trim()).toBe('false');
    lab.docker.must('start', 'own');
    await watcher.until('in-sync');
    await isInSync();
    expect(lab.topo('exec', 'plain', '--', 'ping', '-c1', '-W3', 'own')).toContain('1 received');
  });

  it('an interface that was deleted in one comes back', async () => {
    lab.world.must(`nsenter -t ${lab.docker.pid('own')} -n ip link del eth0`);
    await watcher.until('drift');
    await watcher.until('in-sync');
    await isInSync();
  });
});
