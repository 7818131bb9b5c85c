import { expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { readdirSync } from 'node:fs';
import { World } from '../system/world.js';
import { Docker, IMAGE } from './daemon.js';

/** Without root there is no daemon. */
asRoot('a daemon of its own', () => {
  it('runs containers, and leaves nothing behind', async () => {
    const world = await World.create();
    const before = groups();
    const docker = await Docker.start(world).catch((error: unknown) => {
      world.dispose();
      throw error;
    });
    try {
      docker.must('run', '--detach', '--name', 'c1', '--publish', '8080:80', IMAGE, '/bin/busybox', 'sleep', 'infinity');
      expect(world.must(`nsenter -t ${docker.pid('c1')} -n ip -4 addr show dev eth0`)).toContain('172.17.0.2/16');
      expect(docker.must('exec', 'c1', '/bin/busybox', 'hostname')).toMatch(/^[0-9a-f]{12}$/);
      expect(groups()).not.toEqual(before);
    } finally {
      world.dispose();
      await docker.dispose();
    }
    expect(groups()).toEqual(before);
  });
});

/** Control groups of this process's daemons, in whatever hierarchy. */
function groups(): readonly string[] {
  const top = '/sys/fs/cgroup';
  const folders = readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.flatMap(({ name }) => [name, ...readdirSync(`${top}/${name}`).map((inner) => `${name}/${inner}`)]);
  return names.filter((name) => name.includes(`topo-test-${process.pid}-`));
}
