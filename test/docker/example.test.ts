/** examples/containers, with a daemon of its own. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES, pathOf } from '../examples/example.js';
import { complaint } from '../examples/readme.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { probe } from '../system/traffic/probe.js';
import { dockerWorld, type DockerWorld } from './lab.js';

/** The server of the image says nothing of who asks. */
const rows = new Rows(
  [
    ['client', 'ping 10.38.0.10', 'answer'],
    ['client', 'ping fd38::10', 'answer'],
    ['client', 'ping web', 'answer'],
    ['web', 'ping 10.38.0.20', 'answer'],
    ['web', 'ping 10.99.0.1', 'answer'],
    ['host', 'ping 10.38.0.10', 'answer'],
    ['lan', 'ping 10.38.0.10', 'timeout'],
  ],
  placesOf('containers'),
);

const GETS: readonly (readonly [from: string, url: string])[] = [
  ['client', 'http://10.38.0.10/'],
  ['client', 'http://web/'],
  ['host', 'http://127.0.0.1:8088/'],
  ['lan', 'http://10.99.0.2:8088/'],
];

asRoot('examples/containers', () => {
  let lab: DockerWorld;
  let before: string;
  const file = pathOf('containers');

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.world.outside();
    lab.world.must('ip -n outside route add 10.38.0.0/24 via 10.99.0.2');
    before = lab.world.snapshot();
    lab.topo('apply', '--yes', file);
    await rows.run(lab.world);
  }, 60_000);
  afterAll(() => lab.dispose());

  rows.test();

  it.each(GETS)('from %s, %s is the page of the container', (from, url) => {
    const netns = placesOf('containers')(from);
    const command = `curl -s --noproxy '*' --max-time 3 ${url}`;
    const { stdout } = netns === null ? lab.world.sh(command) : lab.world.in(netns, command);
    expect(stdout).toBe('hello from a container\n');
  });

  it('does not answer at a port that nobody published', async () => {
    expect(await probe(lab.world, 'outside', 'http://10.99.0.2:8089')).toBe('refused');
  });

  it('has nothing left to plan, and is gone after destroy, to the byte', () => {
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    lab.topo('destroy', '--yes', file);
    expect(lab.world.snapshot()).toBe(before);
  });

  it('has a README whose commands work, and leave nothing', () => {
    expect(complaint(lab.world, 'containers', '', { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' })).toBe('');
    expect(lab.world.snapshot()).toBe(before);
  });
});
